import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds the server.
const server = process.env["BIG_MARKET"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist/pages",
    emptyOutDir: true,
    // The policy of the pages takes no inline data, and every file is compressed by itself.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: { index: "index.html", console: "console.html" } },
  },
  server: { proxy: { "/v1": server, "/admin": server, "/demo": server, "/metrics": server } },
  test: { include: ["src/**/*.test.ts"] },
});
