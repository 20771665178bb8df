import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDoc, root } from "./docs-page.ts";

/** The stations of a way as CONTRIBUTING.md lists them: a module and its function on each line. */
async function readStations(heading: string): Promise<{ module: string; name: string }[]> {
  const text = await readDoc("CONTRIBUTING.md");
  const [, section = ""] = text.split(`### ${heading}\n`);
  const [list = ""] = section.split(/^#/m);
  return [...list.matchAll(/^\d+\. `(\S+\.ts)` `(\w+)`/gm)].map(([, module = "", name = ""]) => {
    return { module, name };
  });
}

test.each(["From argv to the wire", "From the wire to the screen"])(
  "%s: each station is there, and there are 18 at most",
  async (heading) => {
    const stations = await readStations(heading);
    expect(stations.length).toBeGreaterThan(10);
    expect(stations.length).toBeLessThanOrEqual(18);
    for (const { module, name } of stations) {
      const [folder = "", ...path] = module.split("/");
      const text = await readFile(join(root, "packages", folder, "src", ...path), "utf8");
      expect(text, module).toMatch(
        new RegExp(`\\b(?:function|const|class) ${name}\\b|\\b${name}\\(`),
      );
    }
  },
);
