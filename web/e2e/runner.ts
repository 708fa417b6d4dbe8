/** The whole system, started for a test: the runner's binary in memory, on a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The binary; `cargo build` makes it. */
export const BINARY =
  process.env.GUESTLIST_BIN ?? fileURLToPath(new URL("../../target/debug/guestlist", import.meta.url));

/** A mail as the mailbox shows it. */
export interface Mail {
  subject: string;
  to: string[];
  text: string;
  html: string;
}

export class Runner {
  private constructor(
    /** As `http://localhost:41234`. */
    readonly origin: string,
    private readonly process: ChildProcess,
  ) {}

  /** Starts it and waits until it answers. `seed` fills it with the small living city; `data` is a folder to keep it in. */
  static async start({ seed = false, data }: { seed?: boolean; data?: string } = {}): Promise<Runner> {
    const kept = data === undefined ? ["--memory"] : ["--data", data];
    const args = [...kept, "--port", "0", "--no-build", ...(seed ? [] : ["--no-seed"])];
    const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "inherit"] });
    const origin = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /http:\/\/localhost:\d+/.exec(said);
        if (found) resolve(found[0]);
      });
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`${BINARY} ended with ${code}: ${said}`)));
    });
    return new Runner(origin, child);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await ended;
  }

  /** Waits until it says something on its console. */
  async said(what: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      this.process.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (what.test(said)) resolve();
      });
      this.process.on("exit", (code) =>
        reject(new Error(`${BINARY} ended with ${code} before it said ${what}`)),
      );
    });
  }

  /** Everything that reached an address, newest first. */
  async mails(to: string): Promise<Mail[]> {
    const answer = await fetch(`${this.origin}/dev/mailbox.json?to=${encodeURIComponent(to)}`);
    return (await answer.json()) as Mail[];
  }

  /** Calls the API as a program would; for what a test needs but isn't about. */
  async call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    const answer = await fetch(`${this.origin}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(method === "POST" ? { "idempotency-key": crypto.randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}
