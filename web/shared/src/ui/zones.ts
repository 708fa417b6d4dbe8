/** The zones of the world, to be found by what people call them. */
export interface ZoneChoice {
  /** The IANA name: `America/Argentina/Buenos_Aires`. */
  id: string;
  /** The city: `Buenos Aires`. */
  city: string;
  /** Where: `America, Argentina`. */
  region: string;
  /** What it is called, in the reader's language: `Argentina Time`. */
  name: string;
  /** How far ahead of UTC it is at the time in question: `GMT-3`. */
  offset: string;
}

/** What some browsers still call zones whose cities are called otherwise today: by both names one is found. */
const FORMER: Record<string, string> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};
const FORMERLY = new Map(Object.entries(FORMER).map(([before, now]) => [now, before]));

function part(id: string, style: "longGeneric" | "shortOffset", at: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: id, timeZoneName: style }).formatToParts(at);
  return parts.find((each) => each.type === "timeZoneName")?.value ?? "";
}

/** A zone as a choice. */
export function zoneChoice(id: string, at: number, locale: string): ZoneChoice {
  const words = id.replaceAll("_", " ").split("/");
  return {
    id,
    city: words.at(-1) ?? id,
    region: words.slice(0, -1).join(", "),
    name: part(id, "longGeneric", at, locale),
    offset: part(id, "shortOffset", at, "en"),
  };
}

/** All zones that the browser knows, and those that it may call by another name. */
export function allZones(more: string[], at: number, locale: string): ZoneChoice[] {
  const known = Intl.supportedValuesOf("timeZone").map((id) => FORMER[id] ?? id);
  const ids = new Set(["UTC", ...known, ...more.filter((id) => id !== "")]);
  return [...ids].sort().map((id) => zoneChoice(id, at, locale));
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
}

/** Whether a zone is what somebody looks for: each word of it begins a word of the zone's. */
export function isFound(zone: ZoneChoice, query: string): boolean {
  const words = plain(
    `${zone.city} ${zone.region} ${zone.name} ${zone.offset} ${zone.id} ${FORMERLY.get(zone.id) ?? ""}`,
  ).split(/[\s,/()_]+/);
  return plain(query)
    .split(/[\s,/_]+/)
    .filter((word) => word !== "")
    .every((word) => words.some((candidate) => candidate.startsWith(word)));
}
