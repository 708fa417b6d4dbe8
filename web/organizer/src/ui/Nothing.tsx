import type { ReactNode } from "react";

/** A page that has nothing to show but that. */
export function Nothing({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children: ReactNode;
  action: ReactNode;
}) {
  return (
    <div className="stub my-6">
      <div className="grid justify-items-center gap-3 text-center">
        <h1 className="!text-xl">{title}</h1>
        <p className="soft max-w-[46ch]">{children}</p>
        {action}
      </div>
    </div>
  );
}
