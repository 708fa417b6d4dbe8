import { useMemo } from "react";
import { encode } from "uqr";

/** A ticket's code, as large as its place allows: black on white in every theme, with the quiet zone that scanners need. */
export function Qr({ token, label }: { token: string; label: string }) {
  const { path, size } = useMemo(() => drawn(token), [token]);
  return (
    <div className="qr">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
        <path fill="#ffffff" d={`M0 0h${size}v${size}H0z`} />
        <path fill="#000000" d={path} />
      </svg>
    </div>
  );
}

/** The dark modules, row by row, each run of them as one rectangle. */
function drawn(token: string): { path: string; size: number } {
  const { data, size } = encode(token, { ecc: "M", border: 4 });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      path += `M${start} ${y}h${x + 1 - start}v1h${start - x - 1}z`;
    }
  });
  return { path, size };
}
