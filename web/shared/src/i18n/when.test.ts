import { describe, expect, test } from "vitest";
import { dayIn, sayWhen } from "./when";

const NOW = new Date("2026-11-21T12:00:00Z");
const BERLIN = "Europe/Berlin";

function say(starts_at: string, ends_at: string | undefined, zone: string, own = BERLIN, locale = "en-GB") {
  return sayWhen(locale, { starts_at, ends_at, zone }, zone, own, NOW);
}
/** Without what differs from one edition of Unicode's locale data to the next: commas and kinds of spaces. */
function plain(text: string): string {
  return text.replaceAll(/[\u2060,]/g, "").replaceAll(/[\u00A0\u202F\u2009]/g, " ");
}

describe("an evening", () => {
  const film = ["2026-11-28T13:45:00Z", "2026-11-28T16:15:00Z"] as const;

  test("is said on the wall where it is", () => {
    const when = say(...film, "Asia/Kathmandu");
    expect(plain(when.date)).toBe("Saturday 28 November");
    expect(plain(when.time)).toBe("19:30–22:00");
    expect(plain(when.span)).toBe("Saturday 28 November 19:30–22:00");
    expect(plain(when.short)).toBe("Sat 28 Nov 19:30");
    expect(plain(when.zone)).toBe("Nepal Time (GMT+5:45)");
  });

  test("and on the reader's own, where that shows something else", () => {
    const when = say(...film, "Asia/Kathmandu");
    expect(when.elsewhere).toBe(true);
    expect(plain(when.own)).toBe("14:45");
  });

  test("with its day, where it is another one there", () => {
    expect(plain(say(...film, "Asia/Kathmandu", "Pacific/Auckland").own)).toBe("Sun 29 Nov 02:45");
    expect(plain(say("2026-11-28T03:00:00Z", undefined, BERLIN, "America/New_York").own)).toBe(
      "Fri 27 Nov 22:00",
    );
  });

  test("in Russian as people say it", () => {
    const when = say(...film, "Asia/Kathmandu", "Europe/Moscow", "ru-RU");
    expect(plain(when.date)).toBe("суббота 28 ноября");
    expect(plain(when.time)).toBe("19:30–22:00");
    expect(plain(when.short)).toBe("сб 28 нояб. 19:30");
    expect(plain(when.zone)).toBe("Непал (GMT+5:45)");
  });

  test("by the clock of twelve hours where that is the custom", () => {
    const when = say(...film, "Asia/Kathmandu", BERLIN, "en-US");
    expect(plain(when.date)).toBe("Saturday November 28");
    expect(plain(when.time)).toBe("7:30 PM–10:00 PM");
  });

  test("with the year where it isn't this one", () => {
    expect(plain(say("2027-01-05T19:00:00Z", undefined, BERLIN).date)).toBe("Tuesday 5 January 2027");
    // Still this year in Greenwich, the next one where it is.
    expect(plain(say("2026-12-31T23:30:00Z", undefined, BERLIN).date)).toBe("Friday 1 January 2027");
  });

  test("that ends in the small hours is still that evening", () => {
    const party = say("2026-11-28T21:00:00Z", "2026-11-29T03:00:00Z", BERLIN);
    expect(plain(party.date)).toBe("Saturday 28 November");
    expect(plain(party.time)).toBe("22:00–04:00");
  });

  test("without an end is its start", () => {
    expect(say("2026-11-28T21:00:00Z", undefined, BERLIN).time).toBe("22:00");
  });
});

test("several days are said as such", () => {
  const when = say("2026-12-04T09:00:00Z", "2026-12-06T15:00:00Z", BERLIN);
  expect(plain(when.date)).toBe("Friday 4 December – Sunday 6 December");
  expect(plain(when.time)).toBe("Fri 4 Dec 10:00 – Sun 6 Dec 16:00");
  expect(plain(when.span)).toMatch(/^Friday 4 December.* 10:00 – Sunday 6 December.* 16:00$/);
});

describe("whether the reader's clock differs", () => {
  test("is a matter of that instant, not of the zones' names", () => {
    expect(say("2026-11-28T13:00:00Z", undefined, "Europe/Paris").elsewhere).toBe(false);
    expect(say("2026-11-28T13:00:00Z", undefined, BERLIN).elsewhere).toBe(false);
  });

  test("changes with daylight saving on one side only", () => {
    // London goes back on the same night as Berlin, New York a week later; Kazakhstan never.
    expect(say("2026-10-28T12:00:00Z", undefined, "America/New_York", "America/Toronto").elsewhere).toBe(
      false,
    );
    const [summer, winter] = ["2026-07-01T12:00:00Z", "2026-12-01T12:00:00Z"];
    expect(say(summer, undefined, "Africa/Lagos", BERLIN).elsewhere).toBe(true);
    expect(say(winter, undefined, "Africa/Lagos", BERLIN).elsewhere).toBe(false);
  });

  test("the offset is that of the day, not of today", () => {
    expect(say("2026-07-01T12:00:00Z", undefined, BERLIN).zone).toContain("GMT+2");
    expect(say("2026-12-01T12:00:00Z", undefined, BERLIN).zone).toContain("GMT+1");
  });
});

test("the night with 25 hours is said by its wall", () => {
  // 02:30 comes twice in Berlin on 25 October 2026.
  const night = say("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", BERLIN);
  expect(plain(night.date)).toBe("Sunday 25 October");
  expect(plain(night.time)).toBe("02:30");
});

test("a zone is called by a Russian name in Russian", () => {
  const zone = (name: string) => say("2026-12-01T12:00:00Z", undefined, name, BERLIN, "ru-RU").zone;
  expect(plain(zone("Europe/Moscow"))).toBe("Москва (GMT+3)");
  expect(plain(zone("Asia/Yekaterinburg"))).toBe("Екатеринбург (GMT+5)");
});

test("a zone that names no place is its distance", () => {
  expect(say("2026-12-01T12:00:00Z", undefined, "Etc/GMT-3").zone).toBe("GMT+3");
  expect(say("2026-12-01T12:00:00Z", undefined, "UTC").zone).toMatch(/^(?:GMT|UTC)/);
});

test("a day is that of its zone", () => {
  const instant = new Date("2026-11-28T23:30:00Z");
  expect(dayIn(BERLIN, instant)).toBe("2026-11-29");
  expect(dayIn("America/New_York", instant)).toBe("2026-11-28");
});
