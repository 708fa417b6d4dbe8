import { api, queries, useAttempt, useSession } from "@guestlist/shared/api";
import { recall, remember } from "@guestlist/shared/storage";
import { Empty, Loading, TextArea, TextField } from "@guestlist/shared/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { Link } from "react-router";
import { useTranslations } from "use-intl";
import { useThisEvent } from "../event/EventPages";
import { phaseOf } from "../event/phase";
import { Confirm } from "../ui/Confirm";
import { useSay } from "../ui/Toasts";
import { Trouble } from "../ui/Trouble";
import { useStamp } from "../ui/useStamp";

interface Typed {
  subject: string;
  body: string;
}

/** Telling everybody who has a place something, and what they were told. */
export default function Announcements() {
  const t = useTranslations("announcements");
  const event = useThisEvent();
  const phase = phaseOf(event, Date.now());
  return (
    <>
      <title>{t("page_title", { event: event.name })}</title>
      {phase === "draft" ? (
        <Empty
          title={t("draft_title")}
          action={
            <Link className="button" to={`/events/${event.id}`}>
              {t("draft_action")}
            </Link>
          }
        >
          {t("draft_text")}
        </Empty>
      ) : (
        <div className="grid items-start gap-8 lg:grid-cols-2">
          {phase === "cancelled" ? <p className="notice !mb-0">{t("cancelled")}</p> : <Write />}
          <Sent />
        </div>
      )}
    </>
  );
}

function Write() {
  const t = useTranslations("announcements");
  const event = useThisEvent();
  const user = useSession()?.user ?? "";
  const client = useQueryClient();
  const say = useSay();
  const attempt = useAttempt();
  const [asked, setAsked] = useState<Typed | null>(null);
  const name = `guestlist.announcement.${user}.${event.id}`;
  const form = useForm<Typed>({ defaultValues: () => Promise.resolve(kept(name)) });
  const { errors } = form.formState;
  useEffect(
    () =>
      form.subscribe({
        formState: { values: true },
        callback: ({ values }) =>
          remember(name, values.subject || values.body ? JSON.stringify(values) : null),
      }),
    [form, name],
  );
  const attendance = queries.useQuery("get", "/api/events/{event}/attendance", {
    params: { path: { event: event.id } },
  }).data;
  // One mail for each booking, whatever the size of its party.
  const guests = attendance?.bookings ?? 0;
  const send = useMutation({
    mutationFn: async (typed: Typed) => {
      const { error } = await api.POST("/api/events/{event}/announcements", {
        params: { path: { event: event.id }, header: { "Idempotency-Key": attempt.keyFor(typed) } },
        body: typed,
      });
      if (error) throw error;
    },
    onSuccess: async () => {
      attempt.done();
      setAsked(null);
      remember(name, null);
      form.reset({ subject: "", body: "" });
      say(t("sent"));
      await client.invalidateQueries({ queryKey: ["get", "/api/events/{event}/announcements"] });
    },
  });
  return (
    <section aria-labelledby="write-title">
      <h2 id="write-title" className="mb-1 !font-text !text-lg">
        {t("write")}
      </h2>
      <p className="soft mb-4">{attendance ? t("recipients", { count: guests }) : " "}</p>
      <form className="form" noValidate onSubmit={form.handleSubmit((typed) => setAsked(typed))}>
        <TextField
          label={t("subject")}
          maxLength={120}
          autoComplete="off"
          fault={errors.subject?.message}
          {...form.register("subject", { validate: (text) => text.trim() !== "" || t("subject_missing") })}
        />
        <TextArea
          label={t("body")}
          hint={t("body_hint")}
          rows={8}
          maxLength={5000}
          fault={errors.body?.message}
          {...form.register("body", { validate: (text) => text.trim() !== "" || t("body_missing") })}
        />
        <button type="submit" className="button" disabled={attendance === undefined || guests === 0}>
          {t("next")}
        </button>
        {attendance && guests === 0 && <p className="small soft">{t("nobody")}</p>}
      </form>
      {asked && (
        <Confirm
          open
          title={t("confirm_title")}
          action={t("send")}
          back={t("back")}
          busy={send.isPending}
          error={send.error}
          onConfirm={() => send.mutate({ subject: asked.subject.trim(), body: asked.body.trim() })}
          onClose={() => {
            send.reset();
            setAsked(null);
          }}
        >
          <p>{t("recipients", { count: guests })}</p>
          <blockquote className="quote">
            <strong className="block">{asked.subject}</strong>
            {asked.body.trim()}
          </blockquote>
          <p className="small soft">{t("final")}</p>
        </Confirm>
      )}
    </section>
  );
}

function kept(name: string): Typed {
  const empty = { subject: "", body: "" };
  try {
    return { ...empty, ...JSON.parse(recall(name) ?? "{}") };
  } catch {
    return empty;
  }
}

function Sent() {
  const t = useTranslations("announcements");
  const event = useThisEvent();
  const stamp = useStamp(event.zone);
  const list = queries.useInfiniteQuery(
    "get",
    "/api/events/{event}/announcements",
    { params: { path: { event: event.id }, query: { limit: 20 } } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page) => page.cursor },
  );
  const sent = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="sent-title">
      <h2 id="sent-title" className="mb-4 !font-text !text-lg">
        {t("sent_title")}
      </h2>
      {list.isPending && <Loading />}
      {list.isError && <Trouble error={list.error} retry={() => list.refetch()} />}
      {list.isSuccess && sent.length === 0 && <p className="soft">{t("sent_none")}</p>}
      <ul className="grid list-none gap-3">
        {sent.map((told) => (
          <li key={told.id} className="card pad">
            <p className="small soft">
              <time dateTime={told.announced_at}>{stamp.short(told.announced_at)}</time>
            </p>
            <h3>{told.subject}</h3>
            <p className="mt-2 whitespace-pre-line">{told.body}</p>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <button
          type="button"
          className="button quiet mt-4"
          aria-disabled={list.isFetchingNextPage}
          onClick={() => !list.isFetchingNextPage && list.fetchNextPage()}
        >
          {t("more")}
        </button>
      )}
    </section>
  );
}
