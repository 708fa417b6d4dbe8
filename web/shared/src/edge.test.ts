import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";

// What CloudFront runs at its edge, as the template has it.
const template = readFileSync(new URL("../../../infra/aws/edge.yaml", import.meta.url), "utf8");

interface Request {
  uri: string;
  headers: Record<string, { value: string }>;
}
interface Outcome extends Partial<Request> {
  statusCode?: number;
  headers: Record<string, { value: string }>;
  body?: { data: string };
}
type Handler = (event: { request: Request; viewer: { ip: string } }) => Outcome;

function edgeFunction(name: string): Handler {
  const [, resource = ""] = template.split(`\n  ${name}:\n`);
  const [, rest = ""] = resource.split("      FunctionCode: |\n");
  const end = rest.search(/^ {0,7}\S/m);
  const code = rest.slice(0, end);
  // CloudFront takes 10 KB.
  expect(code.length).toBeGreaterThan(0);
  expect(code.length).toBeLessThan(10_000);
  // Of newer JavaScript it knows some and not all
  // (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html).
  const plain = code.replace(/\/\/.*/g, "");
  expect(plain).not.toMatch(/\bof\b|\bclass\b|\.\.\.|\?\.|\?\?|(const|let) [[{]/);
  return runInNewContext(`${code}; handler`) as Handler;
}

const PAGE = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";

function ask(handler: Handler, uri: string, headers: Record<string, string> = {}): Outcome {
  const values = Object.entries(headers).map(([name, value]) => [name, { value }] as const);
  return handler({ request: { uri, headers: Object.fromEntries(values) }, viewer: { ip: "2001:db8::9" } });
}

describe("the apps' addresses", () => {
  const handler = edgeFunction("AppFunction");

  test.each([
    ["/", "/index.html"],
    ["/tickets", "/index.html"],
    ["/tickets/tkt_01", "/index.html"],
    ["/organized", "/index.html"],
    ["/organize/", "/organize/index.html"],
    ["/organize/door", "/organize/index.html"],
    ["/organize/events/evt_1/guests", "/organize/index.html"],
  ])("%s opens %s", (uri, file) => {
    expect(ask(handler, uri, { accept: PAGE }).uri).toBe(file);
  });

  test.each([
    "/assets/home-D6L2WMlL.js",
    "/assets/nothing",
    "/sw.js",
    "/organize/icons/door-192.png",
    "/organize/sw.js",
  ])("%s is a file, also to who wants a page", (uri) => {
    expect(ask(handler, uri, { accept: PAGE }).uri).toBe(uri);
  });

  test("the first page opens for everybody, the others to who wants a page", () => {
    expect(ask(handler, "/").uri).toBe("/index.html");
    expect(ask(handler, "/organize/", { accept: "*/*" }).uri).toBe("/organize/index.html");
    const refused = ask(handler, "/tickets", { accept: "application/json" });
    expect(refused.statusCode).toBe(404);
    expect(refused.headers["content-type"]?.value).toBe("application/problem+json");
    expect(JSON.parse(refused.body?.data ?? "")).toMatchObject({ status: 404, code: "no_such_route" });
  });

  test("/organize leads to /organize/", () => {
    const moved = ask(handler, "/organize", { accept: PAGE });
    expect([moved.statusCode, moved.headers.location?.value]).toEqual([307, "/organize/"]);
  });
});

describe("what goes to the API", () => {
  const handler = edgeFunction("ApiFunction");

  test("who calls is said by CloudFront and nobody else", () => {
    const asked = ask(handler, "/api/events", {
      "x-guestlist-client": "203.0.113.1",
      authorization: "Bearer x",
    });
    expect(asked.headers["x-guestlist-client"]?.value).toBe("2001:db8::9");
    expect(asked.headers.authorization?.value).toBe("Bearer x");
    expect(asked.uri).toBe("/api/events");
  });

  // As Language::accepted has it (shared/domain/src/language.rs).
  test.each([
    ["en", "en"],
    ["ru-RU,ru;q=0.9,en-US;q=0.8", "ru"],
    ["de,en;q=0.5", "en"],
    ["en;q=0.4, RU;q=0.6", "ru"],
    ["ru;q=0, en;q=0.1", "en"],
    ["en;q=bad, ru;q=0.1", "ru"],
    ["de, fr;q=0.9", undefined],
    ["*", undefined],
    ["", undefined],
  ])("%s asks for %s", (header, language) => {
    expect(ask(handler, "/e/solaris", { "accept-language": header }).headers["accept-language"]?.value).toBe(
      language,
    );
  });

  test("who asks for no language still asks for none", () => {
    expect(ask(handler, "/e/solaris").headers["accept-language"]).toBeUndefined();
  });
});
