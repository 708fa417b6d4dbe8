/** What people type about themselves, and what of it can't be right. The rules are those of shared/domain/src/text.rs. */
export interface Typed {
  name: string;
  email: string;
  password: string;
}

export type Field = keyof Typed;
export type Faults = Partial<Record<Field, "needed" | "email_form" | "password_short">>;

/** The shortest password that the API takes, in characters as people count them. */
const SHORTEST = 10;

export const NOTHING: Typed = { name: "", email: "", password: "" };

/** What is wrong with the fields that are asked for, before anybody is asked. */
export function faultsOf(typed: Typed, fields: readonly Field[], isNew: boolean): Faults {
  const faults: Faults = {};
  for (const field of fields) {
    const value = field === "password" ? typed.password : typed[field].trim();
    if (value === "") faults[field] = "needed";
    else if (field === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) faults.email = "email_form";
    else if (field === "password" && isNew && Array.from(value).length < SHORTEST)
      faults.password = "password_short";
  }
  return faults;
}
