import { Loading, useProfileLanguage } from "@guestlist/shared/ui";
import { lazy, Suspense } from "react";
import { Outlet, Route, Routes } from "react-router";
import { SignedIn } from "./account/SignedIn";
import { Shell } from "./shell/Shell";
import { Toasts } from "./ui/Toasts";

const MyEvents = lazy(() => import("./events/MyEvents"));
const EditEvent = lazy(() => import("./form/EditEvent"));
const EventPages = lazy(() => import("./event/EventPages"));
const Overview = lazy(() => import("./event/Overview"));
const Guests = lazy(() => import("./guests/Guests"));
const Announcements = lazy(() => import("./announcements/Announcements"));
const DoorPasses = lazy(() => import("./passes/DoorPasses"));
const NotFound = lazy(() => import("./shell/NotFound"));
const Door = lazy(() => import("./door/Door"));

function Organizer() {
  useProfileLanguage();
  return (
    <SignedIn>
      <Toasts>
        <Shell>
          <Outlet />
        </Shell>
      </Toasts>
    </SignedIn>
  );
}

export function App() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route path="door" element={<Door />} />
        <Route element={<Organizer />}>
          <Route index element={<MyEvents />} />
          <Route path="events/new" element={<EditEvent />} />
          <Route path="events/:event/edit" element={<EditEvent />} />
          <Route path="events/:event" element={<EventPages />}>
            <Route index element={<Overview />} />
            <Route path="guests" element={<Guests />} />
            <Route path="announcements" element={<Announcements />} />
            <Route path="door-passes" element={<DoorPasses />} />
          </Route>
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </Suspense>
  );
}
