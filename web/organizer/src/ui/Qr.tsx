import { useMemo } from "react";
import { encode } from "uqr";

/** A QR code, drawn as one path: dark on white in either theme, since that is what cameras read. */
export function Qr({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    // A screen has no scratches: a long text gets larger squares for fewer spare ones.
    const { data, size } = encode(text, { ecc: text.length > 120 ? "L" : "M", border: 3 });
    const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
    return { size, path };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="h-auto w-full rounded-control"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
