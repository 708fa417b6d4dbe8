import { useEffect, useRef, useState } from "react";
import { FormProvider, useForm, useWatch } from "react-hook-form";
import { useNavigate } from "react-router";
import { useTranslations } from "use-intl";
import { EventHead } from "../event/EventHead";
import { PublishDialog } from "../event/PublishDialog";
import { useSay } from "../ui/Toasts";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import { AboutSection } from "./AboutSection";
import { ActionBar } from "./ActionBar";
import { AudienceSection } from "./AudienceSection";
import { ChangeDialog } from "./ChangeDialog";
import { CoverSection } from "./CoverSection";
import { DisputeDialog } from "./DisputeDialog";
import { PlacesSection } from "./PlacesSection";
import { useChange } from "./useChange";
import { useFaults } from "./useFaults";
import { useSaver } from "./useSaver";
import { type EventView, emptyValues, type Values, valuesOf } from "./values";
import { WhenSection } from "./WhenSection";
import { WhereSection } from "./WhereSection";

/** One event's form, with all that saving it takes. */
export function Editor({
  formKey,
  user,
  event: given,
  zone,
  language,
}: {
  /** Names this form in the browser's history, so that it stays itself when the draft gets its address. */
  formKey: string;
  user: string;
  event: EventView | null;
  zone: string;
  language: EventView["language"];
}) {
  const t = useTranslations("form");
  const navigate = useNavigate();
  const say = useSay();
  const now = useNow();
  const element = useRef<HTMLFormElement>(null);
  const reset = useRef<(values: Values) => void>(() => {});
  const { saver, state, start, event } = useSaver({
    user,
    event: given,
    zone,
    language,
    onMerged: (values) => {
      reset.current(values);
      say(t("taken_over"));
    },
  });
  const form = useForm<Values>({ defaultValues: start.values });
  reset.current = (values) => form.reset(values, { keepDirty: true });
  const values = useWatch({ control: form.control, compute: (all: Values) => all });
  const [refused, setRefused] = useState<{ error: unknown; values: Values } | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [deciding, setDeciding] = useState(true);

  useEffect(
    () => form.subscribe({ formState: { values: true }, callback: (next) => saver.change(next.values) }),
    [form, saver],
  );
  useEffect(() => {
    if (state.kind === "refused") setRefused({ error: state.problem, values: form.getValues() });
    if (state.kind === "dispute") setDeciding(true);
  }, [state, form]);
  const id = event?.id;
  useEffect(() => {
    if (!given && id) navigate(`/events/${id}/edit`, { replace: true, state: { stay: formKey } });
  }, [given, id, formKey, navigate]);

  const faults = useFaults(values, event, now, refused);
  const goTo = (field: string | undefined) => {
    const control = element.current?.querySelector<HTMLElement>(`[name="${field}"]`);
    control?.focus();
    control?.scrollIntoView({ block: "center" });
  };
  // After the faults have been drawn: what is focused then is read out with what is wrong with it.
  const insist = () => {
    faults.insist();
    const [first] = faults.all;
    if (first) setTimeout(() => goTo(first.field));
    return first === undefined;
  };

  const change = useChange({
    saver,
    values,
    onDone: (changed, preview) => {
      saver.adopt(changed);
      setRefused(null);
      say(
        preview?.told && preview.recipients > 0
          ? t("changed_told", { count: preview.recipients })
          : t("changed"),
      );
    },
    onRefused: (error) => {
      setRefused({ error, values });
      faults.insist();
      change.close();
    },
  });
  const publish = async () => {
    if (!insist()) return;
    const after = await saver.flush();
    if (after.kind === "saved") setPublishing(true);
  };
  const live = saver.isLive;
  const startOver = () => {
    const fresh = event ? valuesOf(event) : emptyValues(zone, language, Date.now());
    setRefused(null);
    form.reset(fresh);
    saver.change(fresh);
    if (!event) saver.forget();
  };
  const refusal = refused && faults.all.length === 0 && state.kind === "refused" ? refused.error : null;

  return (
    <>
      <title>{event ? t("page_title", { event: event.name }) : t("page_title_new")}</title>
      {event ? <EventHead event={event} /> : <h1 className="mb-6 !text-2xl">{t("title_new")}</h1>}
      {start.found && !given && state.kind !== "saved" && (
        <p className="notice row mb-6 justify-between border-line">
          <span>{t("found")}</span>
          <button type="button" className="button quiet compact" onClick={startOver}>
            {t("start_over")}
          </button>
        </p>
      )}
      <FormProvider {...form}>
        <form
          ref={element}
          noValidate
          className="max-w-4xl"
          onSubmit={(submit) => {
            submit.preventDefault();
            if (live) void publish();
            else if (insist()) change.ask();
          }}
          onKeyDown={(press) => {
            // Enter ends a line here; publishing and telling people are for the button.
            if (press.key !== "Enter" || !(press.target instanceof HTMLInputElement)) return;
            press.preventDefault();
            void saver.flush();
          }}
          {...faults.watch}
        >
          <AboutSection faults={faults} />
          <WhenSection faults={faults} />
          <WhereSection faults={faults} />
          <PlacesSection faults={faults} />
          <CoverSection event={event} onChanged={(changed) => saver.adopt(changed)} />
          <AudienceSection faults={faults} />
          <Trouble error={refusal} />
          <ActionBar
            state={state}
            live={live}
            values={values}
            event={event}
            asking={change.asking}
            onFaults={() => insist()}
            onRetry={() => void saver.flush()}
            onDecide={() => setDeciding(true)}
            onUndo={startOver}
          />
        </form>
      </FormProvider>
      {state.kind === "dispute" && (
        <DisputeDialog
          dispute={state}
          open={deciding}
          onClose={() => setDeciding(false)}
          onChosen={(chosen) => {
            form.reset(chosen, { keepDirty: true });
            saver.resolve(chosen);
          }}
        />
      )}
      {event && change.open && (
        <ChangeDialog
          from={valuesOf(event)}
          to={values}
          preview={change.preview}
          error={change.error}
          busy={change.busy}
          onConfirm={change.confirm}
          onClose={change.close}
        />
      )}
      {event && (
        <PublishDialog
          event={event}
          open={publishing}
          onClose={() => setPublishing(false)}
          onPublished={(published) => navigate(`/events/${published.id}`)}
        />
      )}
    </>
  );
}
