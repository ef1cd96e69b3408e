/** Which language is shown: the browser's, until somebody chooses. */
import { type ReactNode, createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";

import { keep, kept } from "./keep";

export type Language = "en" | "zh";
export type Texts<K extends string> = Record<Language, Record<K, string>>;

const PLACE = "language";

/** The first of the browser's languages that there is, else English. */
export function preferred(languages: readonly string[]): Language {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return "zh";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}

const Context = createContext<Chosen>({ language: "en", choose: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => {
    const chosen = kept<string>(PLACE);
    return chosen === "en" || chosen === "zh" ? chosen : preferred(navigator.languages);
  });
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  const choose = useCallback((next: Language) => {
    keep(PLACE, next);
    setLanguage(next);
  }, []);
  const value = useMemo(() => ({ language, choose }), [language, choose]);
  return <Context value={value}>{children}</Context>;
}

export function useLanguage(): Chosen {
  return useContext(Context);
}

/** Puts values where a text names them: `{count} draws`. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
