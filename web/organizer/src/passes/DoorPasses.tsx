import { api, type components, queries, useAttempt } from "@guestlist/shared/api";
import { Loading, TextField } from "@guestlist/shared/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ScanLine } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslations } from "use-intl";
import { useThisEvent } from "../event/EventPages";
import { Confirm } from "../ui/Confirm";
import { Copy } from "../ui/Copy";
import { Qr } from "../ui/Qr";
import { useSay } from "../ui/Toasts";
import { Trouble } from "../ui/Trouble";
import { useStamp } from "../ui/useStamp";

type NewPass = components["schemas"]["NewDoorPass"];
type Pass = components["schemas"]["DoorPassView"];

/** Who may stand at the door: passes to hand out, and to take back. */
export default function DoorPasses() {
  const t = useTranslations("passes");
  const event = useThisEvent();
  const [made, setMade] = useState<NewPass | null>(null);
  return (
    <>
      <title>{t("page_title", { event: event.name })}</title>
      <div className="grid items-start gap-8 lg:grid-cols-2">
        <div className="grid gap-6">
          <Make onMade={setMade} />
          {made && <Made key={made.id} pass={made} />}
        </div>
        <List onRevoked={(pass) => setMade((shown) => (shown?.id === pass.id ? null : shown))} />
      </div>
    </>
  );
}

function Make({ onMade }: { onMade: (pass: NewPass) => void }) {
  const t = useTranslations("passes");
  const event = useThisEvent();
  const client = useQueryClient();
  const attempt = useAttempt();
  const form = useForm({ defaultValues: { door: "" } });
  const make = useMutation({
    mutationFn: async (body: { door: string }) => {
      const { data, error } = await api.POST("/api/events/{event}/door-passes", {
        params: { path: { event: event.id }, header: { "Idempotency-Key": attempt.keyFor(body) } },
        body,
      });
      if (error) throw error;
      return data;
    },
    onSuccess: (pass) => {
      attempt.done();
      form.reset();
      onMade(pass);
      void client.invalidateQueries({ queryKey: ["get", "/api/events/{event}/door-passes"] });
    },
  });
  return (
    <section aria-labelledby="make-title">
      <h2 id="make-title" className="mb-1 !font-text !text-lg">
        {t("make_title")}
      </h2>
      <p className="soft mb-4">{t("make_text")}</p>
      <form
        className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_auto]"
        noValidate
        onSubmit={form.handleSubmit(({ door }) => !make.isPending && make.mutate({ door: door.trim() }))}
      >
        <TextField
          label={t("door")}
          hint={t("door_hint")}
          maxLength={40}
          autoComplete="off"
          fault={form.formState.errors.door?.message}
          {...form.register("door", { validate: (door) => door.trim() !== "" || t("door_missing") })}
        />
        <button type="submit" className="button sm:mt-7" aria-disabled={make.isPending}>
          {t("make")}
        </button>
        <div className="sm:col-span-2">
          <Trouble error={make.error} />
        </div>
      </form>
    </section>
  );
}

/** A pass that was just made: the only time that its link is shown. */
function Made({ pass }: { pass: NewPass }) {
  const t = useTranslations("passes");
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section className="stub" aria-labelledby="made-title">
      <div>
        <h2 ref={title} id="made-title" tabIndex={-1} className="outline-none">
          {pass.door}
        </h2>
        <p className="soft mt-1">{t("made_text")}</p>
      </div>
      <div className="grid gap-4">
        <div className="mx-auto w-full max-w-80 rounded-control border border-line bg-white p-2">
          <Qr text={pass.url} label={t("qr", { door: pass.door })} />
        </div>
        <Copy text={pass.url} label={t("link")} />
        <a href={pass.url} target="_blank" rel="noreferrer" className="button quiet">
          <ScanLine aria-hidden size={18} />
          {t("open_here")}
        </a>
        <p className="small soft">{t("once")}</p>
      </div>
    </section>
  );
}

function List({ onRevoked }: { onRevoked: (pass: Pass) => void }) {
  const t = useTranslations("passes");
  const event = useThisEvent();
  const stamp = useStamp(event.zone);
  const [revoking, setRevoking] = useState<Pass | null>(null);
  const list = queries.useInfiniteQuery(
    "get",
    "/api/events/{event}/door-passes",
    { params: { path: { event: event.id }, query: { limit: 50 } } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page) => page.cursor },
  );
  const passes = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="passes-title">
      <h2 id="passes-title" className="mb-4 !font-text !text-lg">
        {t("list_title")}
      </h2>
      {list.isPending && <Loading />}
      {list.isError && <Trouble error={list.error} retry={() => list.refetch()} />}
      {list.isSuccess && passes.length === 0 && <p className="soft">{t("none")}</p>}
      {passes.length > 0 && (
        <ul className="card list-none divide-y divide-line">
          {passes.map((pass) => (
            <li key={pass.id} className="flex flex-wrap items-center justify-between gap-x-3 px-4 py-2">
              <div className="min-w-0 flex-1 basis-48">
                <p className={`font-semibold ${pass.revoked_at ? "text-soft line-through" : ""}`}>
                  {pass.door}
                </p>
                <p className="small soft">
                  {pass.revoked_at
                    ? t("revoked_at", { when: stamp.short(pass.revoked_at) })
                    : t("until", { made: stamp.short(pass.created_at), ends: stamp.short(pass.ends_at) })}
                </p>
              </div>
              {!pass.revoked_at && (
                <button
                  type="button"
                  className="min-h-11 shrink-0 px-2 font-medium text-bad underline-offset-3 hover:underline"
                  aria-label={t("revoke_of", { door: pass.door })}
                  onClick={() => setRevoking(pass)}
                >
                  {t("revoke")}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
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
      {revoking && (
        <Revoke
          pass={revoking}
          onClose={() => setRevoking(null)}
          onRevoked={() => {
            onRevoked(revoking);
            setRevoking(null);
          }}
        />
      )}
    </section>
  );
}

function Revoke({ pass, onClose, onRevoked }: { pass: Pass; onClose: () => void; onRevoked: () => void }) {
  const t = useTranslations("passes");
  const client = useQueryClient();
  const say = useSay();
  const revoke = useMutation({
    mutationFn: async () => {
      const { error } = await api.DELETE("/api/events/{event}/door-passes/{pass}", {
        params: { path: { event: pass.event, pass: pass.id } },
      });
      if (error) throw error;
    },
    onSuccess: async () => {
      say(t("revoked", { door: pass.door }));
      onRevoked();
      await client.invalidateQueries({ queryKey: ["get", "/api/events/{event}/door-passes"] });
    },
  });
  return (
    <Confirm
      open
      danger
      title={t("revoke_title")}
      action={t("revoke")}
      back={t("back")}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>{t("revoke_text", { door: pass.door })}</p>
    </Confirm>
  );
}
