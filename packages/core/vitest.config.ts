import { defineConfig } from "vitest/config";

// Deadlines against a hang, not a measure of speed: two cores may be shared by many suites.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
