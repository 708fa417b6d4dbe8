import { type ReactNode, useId } from "react";

/** A part of the form: its name and what it is for on one side, its fields on the other. */
export function Section({
  title,
  hint,
  children,
}: {
  title: ReactNode;
  hint?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-10 gap-y-4 border-line border-t py-8 first:border-t-0 first:pt-0 lg:grid-cols-[13.75rem_minmax(0,1fr)]"
    >
      <div>
        <h2 id={id} className="!font-text !text-lg">
          {title}
        </h2>
        {hint && <p className="small soft mt-1">{hint}</p>}
      </div>
      <div className="grid min-w-0 gap-5">{children}</div>
    </section>
  );
}
