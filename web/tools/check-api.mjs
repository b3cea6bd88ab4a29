// Fails where `src/api/generated` is not what orval makes of the committed OpenAPI documents.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";

const COMMITTED = "src/api/generated";
const FRESH = "src/api/.check";

const read = (folder) =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(`${folder}/${name}`, "utf-8")]),
  );

try {
  execFileSync("orval", { env: { ...process.env, API_FOLDER: FRESH }, stdio: "pipe" });
  if (JSON.stringify(read(FRESH)) !== JSON.stringify(read(COMMITTED))) {
    console.error("web/src/api/generated does not fit the API any more: run “make openapi”.");
    process.exitCode = 1;
  }
} finally {
  rmSync(FRESH, { recursive: true, force: true });
}
