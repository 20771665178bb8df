import { defineConfig } from "vitest/config";

// Most tests wait for processes and real grace periods, so many may wait side by side. One file at a time: the
// fault matrix keeps two cores busy, and beside it a cancel would not be as quick as it has to be.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    maxConcurrency: 8,
    // They import JSON as Node does not.
    server: { deps: { inline: [/@actions\/(languageservice|workflow-parser)/] } },
  },
});
