import { Menu } from "@base-ui/react/menu";
import { logOut, problemOf, useMe } from "@guestlist/shared/api";
import { LANGUAGES, type Language, useLanguage } from "@guestlist/shared/i18n";
import { Check, CircleUserRound, LogOut, Ticket, UserRoundCog } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSay } from "../ui/Toasts";

const ITEM =
  "flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 text-ink no-underline outline-none data-highlighted:bg-tint";
const NAMES: Record<Language, string> = { en: "English", ru: "Русский" };

/** Who is signed in, and what is about them rather than about an event. */
export function AccountMenu() {
  const t = useTranslations("shell");
  const common = useTranslations("common");
  const { language, choose } = useLanguage();
  const me = useMe().data?.me;
  const say = useSay();
  // In the header, and not at the end of the page: what is said there belongs to it.
  const [box, setBox] = useState<HTMLElement | null>(null);
  // The cookie goes only by the server's answer; without one, better to hear that one is still signed in.
  const leave = () =>
    logOut().catch((error) => say(t(problemOf(error).status === 0 ? "still_in_offline" : "still_in")));
  return (
    <div ref={setBox}>
      <Menu.Root>
        <Menu.Trigger
          className="grid size-11 place-items-center rounded-full text-soft hover:text-ink"
          aria-label={t("account")}
        >
          <CircleUserRound aria-hidden size={26} />
        </Menu.Trigger>
        <Menu.Portal container={box}>
          <Menu.Positioner sideOffset={6} align="end" className="z-50 outline-none">
            <Menu.Popup className="min-w-60 max-w-80 rounded-card border border-line bg-card p-2 shadow-float outline-none">
              {me && (
                <div className="mb-1 border-line border-b px-3 pt-1 pb-3">
                  <p className="font-semibold">{me.name}</p>
                  <p className="small soft">{me.email}</p>
                </div>
              )}
              <Menu.LinkItem href="/" className={ITEM}>
                <Ticket aria-hidden size={18} />
                {t("guest_side")}
              </Menu.LinkItem>
              <Menu.LinkItem href="/profile" className={ITEM}>
                <UserRoundCog aria-hidden size={18} />
                {t("profile")}
              </Menu.LinkItem>
              <Menu.RadioGroup
                value={language}
                onValueChange={choose}
                aria-label={common("language")}
                className="my-1 border-line border-y py-1"
              >
                {LANGUAGES.map((code) => (
                  <Menu.RadioItem key={code} value={code} lang={code} closeOnClick className={ITEM}>
                    <span className="grid size-[18px] place-items-center">
                      <Menu.RadioItemIndicator>
                        <Check aria-hidden size={18} />
                      </Menu.RadioItemIndicator>
                    </span>
                    {NAMES[code]}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
              <Menu.Item onClick={leave} className={ITEM}>
                <LogOut aria-hidden size={18} />
                {t("sign_out")}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
