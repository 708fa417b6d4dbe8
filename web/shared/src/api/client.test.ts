import { afterEach, expect, test, vi } from "vitest";
import { type Answer, newBrowser } from "../testing/browser";

async function newClient(answer: Answer, { signedIn = true } = {}) {
  const browser = newBrowser(answer);
  if (signedIn) browser.kept.set("guestlist.signed-in", "1");
  vi.resetModules();
  return { ...browser, ...(await import("./client")), ...(await import("./problem")) };
}

const path = (request: Request) => new URL(request.url).pathname;
const bearer = (request: Request) => request.headers.get("authorization");

/** Gives tokens t1, t2, … and refuses those that it is told to. */
function server(refuses: string[], answer: Answer): Answer {
  let given = 0;
  return (request) => {
    if (path(request) === "/api/tokens/refresh") {
      given += 1;
      return Response.json({
        access_token: `t${given}`,
        token_type: "Bearer",
        expires_in: 900,
        user: "ada",
        email_verified: true,
      });
    }
    if (refuses.some((token) => bearer(request) === `Bearer ${token}`))
      return Response.json({ code: "token_invalid", status: 401, detail: "stale" }, { status: 401 });
    return answer(request);
  };
}

const EVENT = { params: { path: { event: "evt_1" } } };

afterEach(() => vi.unstubAllGlobals());

test("who is signed in is sent along, and the language of the page", async () => {
  const { api, asked } = await newClient(server([], () => Response.json({})));
  await api.GET("/api/me");
  const request = asked.at(-1);
  expect(request && bearer(request)).toBe("Bearer t1");
  expect(request?.headers.get("accept-language")).toBe("ru");
});

test("what is the same for everybody waits for no log-in", async () => {
  const { api, asked } = await newClient(server([], () => Response.json({ items: [] })));
  await api.GET("/api/events");
  expect(asked.map(path)).toEqual(["/api/events"]);
  expect(asked[0] && bearer(asked[0])).toBeNull();
});

test("a token that isn't taken is replaced once, and the body is sent again", async () => {
  const bodies: string[] = [];
  const { api, asked } = await newClient(
    server(["t1"], async (request) => {
      bodies.push(await request.text());
      return Response.json({ id: "bkg_1" }, { status: 201 });
    }),
  );
  const { data } = await api.POST("/api/events/{event}/bookings", {
    params: { ...EVENT.params, header: { "Idempotency-Key": "attempt-1" } },
    body: { party_size: 3 },
  });
  expect(data).toMatchObject({ id: "bkg_1" });
  expect(bodies).toEqual(['{"party_size":3}']);
  const again = asked.at(-1);
  expect(again && bearer(again)).toBe("Bearer t2");
  // The same attempt, so the same key.
  expect(again?.headers.get("idempotency-key")).toBe("attempt-1");
});

test("a second no is final", async () => {
  const { api, asked } = await newClient(server(["t1", "t2"], () => Response.json({})));
  const { error } = await api.GET("/api/me");
  expect(error).toMatchObject({ code: "token_invalid" });
  expect(asked.filter((request) => path(request) === "/api/me")).toHaveLength(2);
});

test("a door's pass is never exchanged for who is signed in", async () => {
  const { api, asked } = await newClient(server(["pass"], () => Response.json({})));
  const { error } = await api.GET("/api/events/{event}/attendance", {
    ...EVENT,
    headers: { authorization: "Bearer pass" },
  });
  expect(error).toMatchObject({ code: "token_invalid" });
  expect(asked).toHaveLength(1);
});

test("when the log-in has ended, what anybody may read is read all the same", async () => {
  let ended = false;
  const { api, asked, kept } = await newClient((request) => {
    if (path(request) === "/api/tokens/refresh") {
      if (ended) return Response.json({ code: "refresh_token_invalid", detail: "" }, { status: 401 });
      ended = true;
      return Response.json({ access_token: "t1", expires_in: 900, user: "ada", email_verified: true });
    }
    if (bearer(request)) return Response.json({ code: "token_invalid", detail: "" }, { status: 401 });
    return Response.json({ id: "evt_1" });
  });
  const { data } = await api.GET("/api/events/{event}", EVENT);
  expect(data).toMatchObject({ id: "evt_1" });
  expect(asked.at(-1)?.headers.has("authorization")).toBe(false);
  expect(kept.size).toBe(0);
});

test("a no without words is a no", async () => {
  for (const answer of [
    () => new Response(null, { status: 502, headers: { "content-length": "0" } }),
    () => new Response("<html>Bad gateway</html>", { status: 502 }),
    () => Response.json({ message: "Service Unavailable" }, { status: 502 }),
  ]) {
    const { api } = await newClient(answer, { signedIn: false });
    const { data, error } = await api.GET("/api/events");
    expect(data).toBeUndefined();
    expect(error).toEqual({ code: "internal", status: 502, detail: "" });
  }
});

test("no answer is told from a no", async () => {
  const { api, problemOf, mayPass, OFFLINE } = await newClient(
    () => {
      throw new TypeError("Failed to fetch");
    },
    { signedIn: false },
  );
  const problem = await api.GET("/api/events").then(() => null, problemOf);
  expect(problem?.code).toBe(OFFLINE);
  expect(problem && mayPass(problem)).toBe(true);
});
