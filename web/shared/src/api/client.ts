/** The one client of the API. Its types come from openapi.json, so that a drift is a type error. */
import createFetch, { type Middleware } from "openapi-fetch";
import createQueries from "openapi-react-query";
import { type Problem, problemIn } from "./problem";
import type { paths } from "./schema";
import { accessToken } from "./session";

/** What is the same for everybody, and so needn't wait until it is known who asks. */
const FOR_ANYONE = new Set([
  "GET /api/events",
  "POST /api/tokens",
  "POST /api/tokens/revoke",
  "POST /api/users",
  "POST /api/users/verify-email",
  "POST /api/users/request-verification",
  "POST /api/password-resets",
  "POST /api/password-resets/redeem",
]);

/** Requests that were sent as who is signed in, each with a copy to send again: a body can be read only once. */
const copies = new WeakMap<Request, Request>();

const bearer: Middleware = {
  async onRequest({ request, schemaPath }) {
    request.headers.set("accept-language", document.documentElement.lang || "en");
    // A door brings its pass; everybody else is who is signed in.
    if (request.headers.has("authorization") || FOR_ANYONE.has(`${request.method} ${schemaPath}`)) return;
    const token = await accessToken();
    if (!token) return;
    request.headers.set("authorization", `Bearer ${token}`);
    copies.set(request, request.clone());
  },
  async onResponse({ request, response, options }) {
    const again = copies.get(request);
    if (response.status !== 401 || !again) return undefined;
    const token = await accessToken(request.headers.get("authorization")?.slice("Bearer ".length) ?? null);
    if (token) again.headers.set("authorization", `Bearer ${token}`);
    // The log-in has ended. What can be read by anybody still can.
    else if (again.method === "GET") again.headers.delete("authorization");
    else return undefined;
    return options.fetch(again);
  },
};

/** Makes every no a problem, also the empty or foreign one of what stands between us and the server. */
const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const problem: Problem = { ...(await problemIn(response)), status: response.status };
    return Response.json(problem, { status: response.status });
  },
};

/** What the API speaks: a list's other forms (CSV) are read as text. */
type Spoken = "application/json" | "application/problem+json";

export const api = createFetch<paths, Spoken>({ baseUrl: location.origin });
// Requests run through in this order, responses in the opposite one.
api.use(problems, bearer);

/** The same as hooks: `queries.useQuery("get", "/api/events", …)`. */
export const queries = createQueries(api);
