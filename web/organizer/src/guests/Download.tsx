import { api } from "@guestlist/shared/api";
import { useMutation } from "@tanstack/react-query";
import { Download as DownloadIcon, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { EventView } from "../event/phase";
import { Trouble } from "../ui/Trouble";
import { allPages, fileName } from "./csv";
import type { Booking } from "./Guests";

/** Saves the list, as it is filtered now, in one CSV file. */
export function Download({
  event,
  name,
  state,
}: {
  event: EventView;
  name: string;
  state: Booking["state"] | undefined;
}) {
  const t = useTranslations("guests");
  const [pages, setPages] = useState(0);
  const filtered = name !== "" || state !== undefined;
  const download = useMutation({
    mutationFn: async () => {
      const text = await allPages(async (cursor) => {
        const { data, error, response } = await api.GET("/api/events/{event}/bookings", {
          params: {
            path: { event: event.id },
            query: {
              format: "csv",
              ...(name === "" ? {} : { name }),
              ...(state ? { state } : {}),
              ...(cursor === undefined ? {} : { cursor }),
            },
          },
          parseAs: "text",
        });
        if (error) throw error;
        return { text: data, next: response.headers.get("x-next-cursor") };
      }, setPages);
      const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = fileName(event.slug);
      link.click();
      // Not before the browser took it.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
    onMutate: () => setPages(0),
  });
  return (
    <>
      <button
        type="button"
        className="button quiet"
        aria-disabled={download.isPending}
        onClick={() => !download.isPending && download.mutate()}
      >
        {download.isPending ? (
          <LoaderCircle aria-hidden size={18} className="animate-spin" />
        ) : (
          <DownloadIcon aria-hidden size={18} />
        )}
        {download.isPending && pages > 0 ? t("csv_page", { pages }) : filtered ? t("csv_filtered") : t("csv")}
      </button>
      {download.isError && (
        <div className="basis-full">
          <Trouble error={download.error} retry={() => download.mutate()} />
        </div>
      )}
    </>
  );
}
