/** The console begins here. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { LanguageProvider } from "../shared/language";
import { Console } from "./Console";
import { giveNonce, nonce } from "./nonce";
import "./console.css";

giveNonce(nonce);
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <Console />
      </LanguageProvider>
    </StrictMode>,
  );
}
