import { expect, test } from "vitest";
import { allPages, joined } from "./csv";

const HEAD = "\uFEFFbooking,name\r\n";

test("pages become one file with one head", () => {
  expect(joined([`${HEAD}1,Ada\r\n2,"Bob, Jr."\r\n`, `${HEAD}3,Cy\r\n`, HEAD])).toBe(
    `${HEAD}1,Ada\r\n2,"Bob, Jr."\r\n3,Cy\r\n`,
  );
  expect(joined([HEAD])).toBe(HEAD);
  expect(joined([])).toBe("");
});

test("every page is asked for by the cursor of the one before", async () => {
  const pages: Record<string, { text: string; next: string | null }> = {
    first: { text: `${HEAD}1,Ada\r\n`, next: "two" },
    two: { text: `${HEAD}2,Bob\r\n`, next: null },
  };
  const counts: number[] = [];
  const file = await allPages(
    async (cursor) => pages[cursor ?? "first"] ?? { text: "", next: null },
    (count) => counts.push(count),
  );
  expect(file).toBe(`${HEAD}1,Ada\r\n2,Bob\r\n`);
  expect(counts).toEqual([1, 2]);
});

test("half a list is no file", async () => {
  const failing = async (cursor: string | undefined) => {
    if (cursor) throw new TypeError("Failed to fetch");
    return { text: HEAD, next: "two" };
  };
  await expect(allPages(failing, () => {})).rejects.toThrow("Failed to fetch");
});
