import type { ReactNode } from "react";

/** One of a few choices, all in sight. Native radio buttons underneath: arrows move between them. */
export function Segmented<Value extends string>({
  legend,
  name,
  value,
  choices,
  onChange,
  disabled = false,
}: {
  legend: ReactNode;
  name: string;
  value: Value;
  choices: { value: Value; label: ReactNode }[];
  onChange: (value: Value) => void;
  disabled?: boolean;
}) {
  return (
    <fieldset className="field min-w-0" disabled={disabled}>
      <legend className="mb-1">{legend}</legend>
      <div className="flex flex-wrap gap-1 rounded-control border border-edge bg-card p-1">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className="relative flex min-h-10 pointer-coarse:min-h-11 flex-auto cursor-pointer [overflow-wrap:normal] items-center justify-center gap-2 rounded-[7px] px-3 text-center font-medium text-soft has-checked:bg-accent has-checked:text-on-accent has-focus-visible:outline-3 has-focus-visible:outline-accent has-focus-visible:outline-offset-2 has-disabled:cursor-not-allowed"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              className="absolute inset-0 cursor-pointer appearance-none opacity-0"
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
