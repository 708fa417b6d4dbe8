import { type FieldFault, type OwnFault, problemOf } from "@guestlist/shared/api";
import { Cover, useProblemWords } from "@guestlist/shared/ui";
import { useMutation } from "@tanstack/react-query";
import { ImageUp, LoaderCircle, Trash2 } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { faultIn, look, removeCover, uploadCover } from "../cover/cover";
import { Trouble } from "../ui/Trouble";
import { Section } from "./Section";
import type { EventView } from "./values";

/** The event's picture: the drawn one, or one's own. */
export function CoverSection({
  event,
  onChanged,
}: {
  event: EventView | null;
  onChanged: (event: EventView) => void;
}) {
  const t = useTranslations("cover");
  return (
    <Section title={t("title")} hint={t("hint")}>
      {event ? <Picture event={event} onChanged={onChanged} /> : <p className="soft">{t("later")}</p>}
    </Section>
  );
}

function Picture({ event, onChanged }: { event: EventView; onChanged: (event: EventView) => void }) {
  const t = useTranslations("cover");
  const say = useProblemWords();
  const format = useFormatter();
  const input = useRef<HTMLInputElement>(null);
  const chooser = useRef<HTMLButtonElement>(null);
  const stop = useRef<AbortController>(null);
  const [progress, setProgress] = useState(0);
  const [over, setOver] = useState(false);
  const [fault, setFault] = useState<FieldFault | OwnFault | null>(null);
  const upload = useMutation({
    mutationFn: async (file: File) => {
      setFault(null);
      setProgress(0);
      const looked = await look(file);
      if ("fault" in looked) {
        setFault(looked.fault);
        return null;
      }
      stop.current = new AbortController();
      return uploadCover(event, file, looked.type, setProgress, stop.current.signal);
    },
    onSuccess: (changed) => changed && onChanged(changed),
    onError: (error) => setFault(faultIn(problemOf(error))),
  });
  const remove = useMutation({
    mutationFn: () => removeCover(event),
    onSuccess: (changed) => {
      onChanged(changed);
      // The button goes away with the picture.
      chooser.current?.focus();
    },
  });
  const drawn = event.cover_url.startsWith("/covers/");
  const busy = upload.isPending;
  const choose = (files: FileList | null) => {
    const [file] = files ?? [];
    if (file && !busy) upload.mutate(file);
    if (input.current) input.current.value = "";
  };
  const drop = (dropped: DragEvent) => {
    dropped.preventDefault();
    setOver(false);
    choose(dropped.dataTransfer.files);
  };
  const error = upload.error instanceof DOMException || fault ? null : (upload.error ?? remove.error);
  return (
    <div className="grid gap-3">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the button below. */}
      <div
        className={`relative max-w-md rounded-card ${over ? "outline-3 outline-accent outline-dashed" : ""}`}
        onDragOver={(dragged) => {
          dragged.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className="[&>.cover]:mb-0">
          <Cover url={event.cover_url} hue={event.hue} />
        </div>
        {busy && (
          <div className="absolute inset-0 grid place-content-center gap-3 rounded-card bg-paper/90 p-6 text-center">
            <p className="row justify-center">
              <LoaderCircle aria-hidden size={20} className="animate-spin" />
              {progress < 1
                ? t("sending", { share: format.number(progress, { style: "percent" }) })
                : t("working")}
            </p>
            <progress
              aria-label={t("progress")}
              value={progress}
              className="h-2 w-56 max-w-full overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
            />
            <button
              type="button"
              className="button quiet compact mx-auto"
              onClick={() => stop.current?.abort()}
            >
              {t("stop")}
            </button>
          </div>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        className="hidden"
        aria-label={t("choose")}
        onChange={(chosen) => choose(chosen.currentTarget.files)}
      />
      <div className="row">
        <button
          ref={chooser}
          type="button"
          className="button quiet compact"
          aria-describedby="cover-limits"
          aria-disabled={busy}
          onClick={() => !busy && input.current?.click()}
        >
          <ImageUp aria-hidden size={18} />
          {drawn ? t("choose") : t("other")}
        </button>
        {!drawn && (
          <button
            type="button"
            className="button danger compact"
            aria-disabled={remove.isPending || busy}
            onClick={() => !busy && !remove.isPending && remove.mutate()}
          >
            <Trash2 aria-hidden size={18} />
            {t("remove")}
          </button>
        )}
      </div>
      <p id="cover-limits" className="small soft">
        {t("limits")}
      </p>
      {fault && (
        <p role="alert" className="font-semibold text-bad">
          {say.said(fault)}
        </p>
      )}
      <Trouble error={error} />
    </div>
  );
}
