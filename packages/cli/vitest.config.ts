import { defineConfig } from "vitest/config";

// Tests start real processes; a busy machine takes its time with them. They mostly wait, so that three files
// at once are not slower on two cores; vitest would take one.
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 3,
  },
});
