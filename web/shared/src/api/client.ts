/** The one client of the API. Its types come from openapi.json, so that a drift is a type error. */
import createFetch, { type Middleware } from "openapi-fetch";
import createQueries from "openapi-react-query";
import type { paths } from "./schema";
import { accessToken } from "./session";

const bearer: Middleware = {
  async onRequest({ request }) {
    // A door brings its pass; everybody else is who is signed in.
    if (request.headers.has("authorization")) return undefined;
    const token = await accessToken();
    if (token) request.headers.set("authorization", `Bearer ${token}`);
    request.headers.set("accept-language", document.documentElement.lang || "en");
    return request;
  },
};

const retryOnce: Middleware = {
  async onResponse({ request, response, options }) {
    if (response.status !== 401 || request.url.includes("/api/tokens")) return undefined;
    const refused = request.headers.get("authorization")?.replace("Bearer ", "") ?? null;
    const token = refused && (await accessToken(refused));
    if (!token || token === refused) return undefined;
    const again = new Request(request.url, {
      method: request.method,
      headers: request.headers,
      body: copies.get(request) ?? null,
    });
    again.headers.set("authorization", `Bearer ${token}`);
    return options.fetch(again);
  },
};

/** The bodies of requests on their way: a request's own can be read only once. */
const copies = new WeakMap<Request, string>();
const keepBody: Middleware = {
  async onRequest({ request }) {
    if (request.body) copies.set(request, await request.clone().text());
    return undefined;
  },
};

export const api = createFetch<paths>({ baseUrl: location.origin });
// Requests run through in this order, responses in the opposite one.
api.use(bearer, keepBody, retryOnce);

/** The same as hooks: `queries.useQuery("get", "/api/events", …)`. */
export const queries = createQueries(api);
