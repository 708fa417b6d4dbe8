import { problemOf, useSession, useSignedIn } from "@guestlist/shared/api";
import { useMoney } from "@guestlist/shared/i18n";
import { Loading } from "@guestlist/shared/ui";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { EventView } from "../event/pageData";
import { standingOf } from "../event/standing";
import { BookingProblem } from "./BookingProblem";
import { type JoinStep, recallJoining } from "./joining";
import { Party } from "./Party";
import { useBook } from "./useBook";

const bringNewcomer = () => import("./Newcomer");
const Newcomer = lazy(bringNewcomer);
const Going = lazy(() => import("./Going"));

/** What a place costs, how many there are, and the way to one: the parts of the event's stub beside the facts. */
export function BookingPanel({
  event,
  asking,
}: {
  event: EventView;
  /** Whether somebody is signed in, and what they have to do with the event isn't known yet. */
  asking: boolean;
}) {
  const t = useTranslations("book");
  const places = useTranslations("places");
  const words = useTranslations("event");
  const money = useMoney();
  const signedIn = useSignedIn();
  const session = useSession();
  const book = useBook(event);
  const [party, setParty] = useState(1);
  /** Somebody who isn't signed in (or whose address isn't verified) is on the way to their place. */
  const [joining, setJoining] = useState<JoinStep | null>(() =>
    signedIn === false && recallJoining(event.id)?.step === "code" ? "code" : null,
  );
  /** A place was booked on this visit: its ticket is shown. */
  const [booked, setBooked] = useState<string>();
  /** It was given back. */
  const [calledOff, setCalledOff] = useState(false);

  const standing = standingOf(event, Date.now());
  const open = standing === "ahead" || standing === "running";
  const left = event.places_left;
  const mine = event.is_mine === true;
  const going = event.my_booking;
  const soldOut = left === 0 && !going && !joining;
  const fits = left === undefined ? party : Math.max(1, Math.min(party, left));

  function start(overlap = false) {
    // A log-in that couldn't be resumed so far is tried again with the booking.
    if (signedIn === false || session?.emailVerified === false) {
      setJoining(session ? "code" : (recallJoining(event.id)?.step ?? "new"));
      return;
    }
    book.mutate(
      { party: fits, overlap },
      {
        onSuccess: (booking) => setBooked(booking.id),
        onError: (error) => {
          const { code, status } = problemOf(error);
          if (code === "email_unverified") setJoining("code");
          // The log-in has ended meanwhile.
          else if (status === 401) setJoining("known");
        },
      },
    );
  }

  return (
    <>
      <div>
        <dl className="facts figures">
          <div>
            <dt>{words("price")}</dt>
            <dd className="big">{event.price ? money(event.price) : places("free")}</dd>
          </div>
          {open && (left !== undefined || event.capacity === undefined) && (
            <div>
              <dt>{words("places")}</dt>
              <dd className={soldOut ? "bad" : undefined} aria-live="polite">
                {left === undefined ? places("no_limit") : places("left", { count: left })}
              </dd>
            </div>
          )}
        </dl>
        {mine && standing !== "draft" && (
          <div className="book">
            <p className="soft mb-2">{words("mine")}</p>
            <a className="button quiet" href={`/organize/events/${event.id}`}>
              {words("manage")}
            </a>
          </div>
        )}
        {open && !mine && !going && !joining && (
          <div className="book">
            <button
              type="button"
              className="button"
              aria-disabled={asking || soldOut || book.isPending}
              // Whoever is about to press it will need this.
              onPointerEnter={() => signedIn === false && void bringNewcomer()}
              onClick={() => !asking && !soldOut && !book.isPending && start()}
            >
              {book.isPending ? t("booking") : soldOut ? t("sold_out") : t("book", { count: fits })}
            </button>
            {soldOut ? (
              <p className="soft small mt-2">{t("sold_out_text")}</p>
            ) : (
              <Party size={fits} left={left} choose={setParty} />
            )}
            {event.price && fits > 1 && (
              <p className="soft small mt-2">
                {t("total", { total: money({ ...event.price, amount: event.price.amount * fits }) })}
              </p>
            )}
          </div>
        )}
      </div>
      {book.isPending && book.failureCount > 0 && (
        <p className="whole" role="status">
          {t("retrying")}
        </p>
      )}
      {book.isError && !going && !joining && problemOf(book.error).code !== "already_booked" && (
        <div className="whole">
          <BookingProblem error={book.error} retry={() => start()} anyway={() => start(true)} />
        </div>
      )}
      {joining && !booked && (
        <Suspense
          fallback={
            <div className="whole">
              <Loading />
            </div>
          }
        >
          <Newcomer
            event={event}
            first={joining}
            party={fits}
            book={book}
            done={setBooked}
            leave={() => setJoining(null)}
          />
        </Suspense>
      )}
      {open && going && (!joining || booked) && (
        <Suspense>
          <Going
            event={event}
            booking={going}
            fresh={booked === going}
            calledOff={() => {
              setBooked(undefined);
              setJoining(null);
              setCalledOff(true);
            }}
          />
        </Suspense>
      )}
      {calledOff && !going && !booked && !joining && <CalledOff />}
    </>
  );
}

/** What was pressed to call it off is gone: whoever reads on begins here. */
function CalledOff() {
  const t = useTranslations("ticket");
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => said.current?.focus(), []);
  return (
    <p ref={said} tabIndex={-1} className="whole outline-none" role="status">
      {t("cancelled_done")}
    </p>
  );
}
