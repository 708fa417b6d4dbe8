/** Letting people in by name: search in the list as this device has it. */
import { useTranslations } from "@guestlist/shared/i18n";
import { Empty, TextField } from "@guestlist/shared/ui";
import { Check, DoorOpen } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import type { Database, ListState, StoredScan } from "./database";
import { answersTo } from "./fold";
import { keptList } from "./list";
import { admissionOf } from "./presence";
import { readToken } from "./token";
import { indexOf, isComing, type ListedBooking } from "./verdict";
import type { Words } from "./words";

/** How many lines are shown at most: who types on finds the others. */
const MOST = 50;

function useList(database: Database, event: string, list: ListState | undefined): ListedBooking[] | null {
  const [bookings, setBookings] = useState<ListedBooking[] | null>(null);
  // Read anew whenever something new was downloaded.
  useEffect(() => {
    let current = true;
    keptList(database, event).then((kept) => {
      if (!current) return;
      kept.sort((a, b) => a.folded.localeCompare(b.folded));
      setBookings(kept);
    });
    return () => {
      current = false;
    };
  }, [database, event, list]);
  return bookings;
}

export function Names({
  database,
  event,
  list,
  scans,
  words,
  onAdmit,
  onCode,
}: {
  database: Database;
  event: string;
  list: ListState | undefined;
  scans: readonly StoredScan[];
  words: Words;
  onAdmit: (ticket: string) => void;
  onCode: (code: string) => void;
}) {
  const t = useTranslations("door.names");
  const bookings = useList(database, event, list);
  const [typed, setTyped] = useState("");

  const submit = (submission: FormEvent) => {
    submission.preventDefault();
    // A hand-held scanner types what it reads, and Enter.
    if (!readToken(typed.trim())) return;
    onCode(typed.trim());
    setTyped("");
  };
  const found = (bookings ?? []).filter((booking) => answersTo(booking.folded, typed));
  const isMissing = list?.asOf === undefined && found.length === 0 && typed === "";
  return (
    <div className="grid gap-4">
      <form onSubmit={submit}>
        <TextField
          label={t("label")}
          hint={t("hint")}
          type="search"
          name="name"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="search"
          value={typed}
          onChange={(change) => setTyped(change.currentTarget.value)}
        />
      </form>
      <p role="status" className="sr-only">
        {typed !== "" && t("found", { count: found.length })}
      </p>
      {bookings && found.length === 0 && (
        <Empty title={isMissing ? t("no_list") : typed === "" ? t("empty") : t("none")} />
      )}
      <ul className="card list-none divide-y divide-line empty:hidden">
        {found.slice(0, MOST).map((booking) => (
          <Line key={booking.id} booking={booking} scans={scans} words={words} onAdmit={onAdmit} />
        ))}
      </ul>
      {found.length > MOST && <p className="soft">{t("more", { count: found.length - MOST })}</p>}
    </div>
  );
}

function Line({
  booking,
  scans,
  words,
  onAdmit,
}: {
  booking: ListedBooking;
  scans: readonly StoredScan[];
  words: Words;
  onAdmit: (ticket: string) => void;
}) {
  const t = useTranslations("door.names");
  const { name, tickets, asOf } = booking;
  const comes = isComing(booking) && tickets.length > 0;
  const entries = tickets.map((ticket) => {
    const own = scans.filter((scan) => scan.ticket === ticket.id);
    const admission = admissionOf(ticket, own, asOf);
    const index = indexOf(ticket.id);
    const what = admission ? (
      <span className="good small flex items-center gap-1.5 text-end font-semibold">
        <Check aria-hidden size={20} className="flex-none" />
        {admission.door
          ? t("in_at_door", { time: words.time(admission.at), door: admission.door })
          : t("in_at", { time: words.time(admission.at) })}
      </span>
    ) : (
      <button
        type="button"
        className="button quiet compact min-h-12 !text-ink"
        aria-label={t("admit_of", { name, index })}
        onClick={() => onAdmit(ticket.id)}
      >
        <DoorOpen aria-hidden size={20} /> {t("admit")}
      </button>
    );
    return { id: ticket.id, index, what };
  });
  const [only, ...others] = entries;
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-3">
        <span className={comes ? "font-semibold text-lg" : "soft text-lg"}>{name}</span>
        {comes && only && others.length === 0 ? (
          only.what
        ) : (
          <span className="soft small flex-none">
            {comes ? t("party", { count: tickets.length }) : t("not_coming")}
          </span>
        )}
      </div>
      {comes && others.length > 0 && (
        <ul className="grid list-none gap-2">
          {entries.map(({ id, index, what }) => (
            <li key={id} className="flex min-h-12 items-center justify-between gap-3">
              <span className="flex-none">{t("ticket", { index })}</span>
              {what}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
