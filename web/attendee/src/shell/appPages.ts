/**
 * The addresses (path and query) that open without a connection too, as the app: its own pages, and nobody else's. Not
 * /organize/, /e/, /s/, /account/, /api, /docs or /dev.
 */
export const APP_PAGES =
  /^\/(?:log-in|sign-up|verify|forgot-password|bookings|profile|tickets(?:\/[^/?]*)?)?(?:\?.*)?$/;
