import { defineConfig } from "vitest/config";

// Tests start real processes; a busy machine takes its time with them.
export default defineConfig({ test: { testTimeout: 30_000 } });
