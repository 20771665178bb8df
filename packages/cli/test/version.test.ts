import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { createPlace } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

test("--version is the package's version, in a pipe and in a terminal", async () => {
  await using place = await createPlace();
  expect(await place.run(["--version"])).toEqual({
    code: 0,
    signal: null,
    stdout: `${packageJson.version}\n`,
    stderr: "",
  });
  await using terminal = openTerminal(place, ["--version"]);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toBe(packageJson.version);
});
