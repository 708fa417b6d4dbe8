/** Once before all tests: the apps, built of the present sources. Each runner then serves them as they are. */
import { execFileSync } from "node:child_process";
import { BINARY } from "./runner";

export default function build(): void {
  execFileSync(BINARY, ["--build-apps"], { stdio: "inherit" });
}
