/** An event's picture: uploaded, or drawn from its id. It says nothing that the page doesn't. */
export function Cover({ url, hue, eager = false }: { url: string; hue: number; eager?: boolean }) {
  return (
    <div className={`cover hue${hue}`}>
      <img
        src={url}
        alt=""
        width={1200}
        height={630}
        loading={eager ? "eager" : "lazy"}
        fetchPriority={eager ? "high" : "auto"}
        decoding="async"
      />
    </div>
  );
}
