import type { ComponentProps } from "react";
import { useHref, useLinkClickHandler, useLocation } from "react-router";

type LinkProps = Omit<ComponentProps<"a">, "href"> & {
  /** A path of this app. */
  to: string;
};

/** A link within the app. React Router's own brings along what fetches data ahead, which nothing here does. */
export function Link({ to, ...anchor }: LinkProps) {
  return <a href={useHref(to)} onClick={useLinkClickHandler(to)} {...anchor} />;
}

/** The same in a menu: it says when it leads to where one is, or to what that is a part of. */
export function MenuLink(props: LinkProps) {
  const { pathname } = useLocation();
  const path = props.to.replace(/\?.*/, "");
  const here = pathname === path || pathname.startsWith(`${path}/`);
  return <Link aria-current={here ? "page" : undefined} {...props} />;
}
