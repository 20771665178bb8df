import { defineConfig } from "vitest/config";

// Deadlines against a hang, not a measure of speed: two cores may be shared by many suites.
// Three files at a time also on two cores, where vitest takes one: the tests mostly wait.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 3,
  },
});
