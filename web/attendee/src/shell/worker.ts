/** Has the service worker keep the app, so that it opens without a connection. After the first view, so as not to be in its way. */
export function installWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const install = () => {
    // Where it may not be installed, everything works as long as there is a connection.
    navigator.serviceWorker.register("/sw.js").catch(() => {});
  };
  if (document.readyState === "complete") install();
  else addEventListener("load", install, { once: true });
}
