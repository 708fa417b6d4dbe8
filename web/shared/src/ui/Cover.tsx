/** The widths that an uploaded picture lies there in (pictures/ in the Rust code). */
const WIDTHS = [480, 960, 1600] as const;

/** An event's picture: uploaded, or drawn from its id. It says nothing that the page doesn't. */
export function Cover({
  url,
  hue,
  eager = false,
  sizes = "(min-width: 848px) 808px, 100vw",
}: {
  url: string;
  hue: number;
  /** Whether it is among the first things that are seen. */
  eager?: boolean;
  /** How wide it is shown, for choosing among the widths of an uploaded one. */
  sizes?: string;
}) {
  const uploaded = /^(.*)-\d+\.jpg$/.exec(url)?.[1];
  return (
    <div className={`cover hue${hue}`}>
      <img
        src={url}
        {...(uploaded && {
          srcSet: WIDTHS.map((width) => `${uploaded}-${width}.jpg ${width}w`).join(", "),
          sizes,
        })}
        alt=""
        width={1200}
        height={630}
        loading={eager ? "eager" : "lazy"}
        fetchPriority={eager ? "high" : "auto"}
        decoding={eager ? "auto" : "async"}
      />
    </div>
  );
}
