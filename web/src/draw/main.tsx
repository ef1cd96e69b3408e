/** The draw page begins here. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { LanguageProvider } from "../shared/language";
import { App } from "./App";
import "./draw.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <App />
      </LanguageProvider>
    </StrictMode>,
  );
}
