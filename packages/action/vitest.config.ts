import { defineConfig } from "vitest/config";

// Most tests wait for processes and real grace periods, so many may wait side by side, in two files at once. The fault
// matrix runs alone: it keeps two cores busy, and beside it a cancel would not be as quick as it has to be.
const matrix = "test/fault-matrix/*.test.ts";

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxConcurrency: 8,
    // They import JSON as Node does not.
    server: { deps: { inline: [/@actions\/(languageservice|workflow-parser)/] } },
    projects: [
      {
        extends: true,
        test: {
          name: "steps",
          exclude: [matrix, "node_modules/**"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "matrix", include: [matrix], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
