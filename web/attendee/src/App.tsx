import { Loading, useProfileLanguage } from "@guestlist/shared/ui";
import { lazy, Suspense, useEffect } from "react";
import { Navigate, Route, Routes, useLocation, useNavigationType } from "react-router";
import { useTranslations } from "use-intl";
import { Elsewhere } from "./shell/Elsewhere";
import { NotFound } from "./shell/NotFound";
import { Page } from "./shell/Page";

// What every page needs is here; each page comes when it is gone to.
const bringHome = () => import("./home/Home");
const bringEvent = () => import("./event/EventPage");
const Home = lazy(bringHome);
const EventPage = lazy(bringEvent);
const Tickets = lazy(() => import("./tickets/Tickets"));
const TicketScreen = lazy(() => import("./tickets/TicketScreen"));
const LogIn = lazy(() => import("./account/LogIn"));
const SignUp = lazy(() => import("./account/SignUp"));
const Verify = lazy(() => import("./account/Verify"));
const ForgotPassword = lazy(() => import("./account/ForgotPassword"));
const Profile = lazy(() => import("./account/Profile"));

/** Brings the page that the app begins with, where it is one of those that people come to from elsewhere. */
export async function bringFirst(pathname: string): Promise<void> {
  if (pathname === "/") await bringHome();
  else if (pathname.startsWith("/e/")) await bringEvent();
}

export function App() {
  useProfileLanguage();
  const { pathname } = useLocation();
  const way = useNavigationType();
  // Each new address begins at its top. Back and forward go to where one was: the browser remembers that.
  useEffect(() => {
    if (way === "PUSH") scrollTo(0, 0);
  }, [pathname]);
  return (
    <Suspense fallback={<Waiting />}>
      <Routes>
        <Route index element={<Home />} />
        <Route path="e/:slug" element={<EventPage />} />
        <Route path="tickets" element={<Tickets />} />
        <Route path="tickets/:ticket" element={<TicketScreen />} />
        <Route path="bookings" element={<Navigate to="/tickets" replace />} />
        <Route path="log-in" element={<LogIn />} />
        <Route path="sign-up" element={<SignUp />} />
        <Route path="verify" element={<Verify />} />
        <Route path="forgot-password" element={<ForgotPassword />} />
        <Route path="profile" element={<Profile />} />
        <Route path="organize/*" element={<Elsewhere />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}

/** Stands where a page will be as soon as its code is there. */
function Waiting() {
  const t = useTranslations("common");
  return (
    <Page title={t("loading")} waiting>
      <h1 className="sr-only">{t("loading")}</h1>
      <Loading />
    </Page>
  );
}
