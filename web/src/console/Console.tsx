/** The console's frame: signing in, the menu, and the page of the path. */
import { Alert, App, Button, Card, ConfigProvider, Form, Input, Layout, Menu, Segmented, Spin } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { type ComponentType, useState } from "react";

import icon from "../shared/icon.svg";
import { type Language, useLanguage } from "../shared/language";
import { Refused } from "../api/client";
import { messageOf } from "./errors";
import { ActivitiesPage } from "./pages/Activities";
import { ActivityPages } from "./pages/ActivityPages";
import { AuditPage } from "./pages/Audit";
import { KeysPage } from "./pages/Keys";
import { OperatorsPage } from "./pages/Operators";
import { ReconciliationPage } from "./pages/Reconciliation";
import { UsersPage } from "./pages/Users";
import { WorkPage } from "./pages/Work";
import { nonce } from "./nonce";
import { go, linkTo, useRoute } from "./route";
import { SessionProvider, useSession } from "./session";
import { type Word, useWords } from "./words";

/** Dark enough to be read by everybody, on white and on their own tints. */
const COLOURS = {
  borderRadius: 8,
  colorPrimary: "#5b2ee0",
  colorLink: "#4a22c4",
  colorError: "#c4203a",
  colorTextDescription: "#5c5870",
  colorTextPlaceholder: "#6f6b80",
  colorInfo: "#5b2ee0",
};
/** The seventh of each palette is what a tag's text has, the first its tint. */
const TAGS = {
  green7: "#1f6b0a",
  orange7: "#9a4300",
  gold7: "#7a5600",
  red7: "#b3142f",
  blue7: "#0b4fb3",
};

const SECTIONS: { path: string; word: Word; page: ComponentType; admin?: boolean }[] = [
  { path: "activities", word: "Activities", page: ActivitiesPage },
  { path: "operations", word: "Work", page: WorkPage },
  { path: "users", word: "Users", page: UsersPage },
  { path: "reconciliation", word: "Reconciliation", page: ReconciliationPage },
  { path: "audit", word: "Audit log", page: AuditPage },
  { path: "keys", word: "API keys", page: KeysPage, admin: true },
  { path: "operators", word: "Operators", page: OperatorsPage, admin: true },
];

export function Console() {
  const { language } = useLanguage();
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={language === "zh" ? zhCN : enUS}
      theme={{ token: COLOURS, components: { Tag: TAGS } }}
    >
      <App>
        <SessionProvider>
          <Frame />
        </SessionProvider>
      </App>
    </ConfigProvider>
  );
}

function Frame() {
  const { session, signOut, fault } = useSession();
  const tell = useWords();
  const [section = "activities", id, sub] = useRoute();
  if (fault !== undefined) return <Alert type="error" title={messageOf(fault)} />;
  if (session === undefined) return <Spin fullscreen description={tell("Console")} />;
  if (session === null) return <SignIn />;
  const shown = SECTIONS.filter(({ admin }) => admin !== true || session.operator.role === "admin");
  const Page = shown.find(({ path }) => path === section)?.page ?? ActivitiesPage;
  const ofActivity = section === "activities" && id !== undefined && sub !== undefined;
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <Layout.Sider breakpoint="lg" collapsedWidth={0} zeroWidthTriggerStyle={{ top: 12 }} theme="dark">
        <div className="brand">
          <img src={icon} alt="" />
          big-market
        </div>
        <Menu
          theme="dark"
          mode="inline"
          selectedKeys={[section]}
          items={shown.map(({ path, word }) => ({ key: path, label: <a {...linkTo(path)}>{tell(word)}</a> }))}
          onClick={({ key }) => go(key)}
        />
      </Layout.Sider>
      <Layout>
        <Layout.Header style={{ background: "#fff", paddingInline: "1.5rem" }}>
          <div className="console-top">
            <a href="/">{tell("Draw page")}</a>
            <Languages />
            <span>
              {session.operator.name} · {session.operator.role}
            </span>
            <Button onClick={() => void signOut()}>{tell("Sign out")}</Button>
          </div>
        </Layout.Header>
        <Layout.Content className="console-main">
          {ofActivity ? <ActivityPages id={id} sub={sub} /> : <Page />}
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function Languages() {
  const { language, choose } = useLanguage();
  return (
    <Segmented<Language>
      value={language}
      onChange={choose}
      options={[
        { value: "en", label: "EN" },
        { value: "zh", label: "中文" },
      ]}
    />
  );
}

function SignIn() {
  const tell = useWords();
  const { signIn } = useSession();
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async ({ name, password }: { name: string; password: string }) => {
    setBusy(true);
    try {
      await signIn(name, password);
    } catch (error) {
      const wrong = error instanceof Refused && error.code === "unauthenticated";
      setFault(wrong ? tell("The name or the password is wrong.") : messageOf(error));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <Card
        className="sign-in-card"
        title={<h1 style={{ fontSize: "1.2rem", margin: 0 }}>big-market · {tell("Console")}</h1>}
        extra={<Languages />}
      >
        <Form layout="vertical" onFinish={send} requiredMark={false}>
          <Form.Item label={tell("Name")} name="name" rules={[{ required: true }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item label={tell("Password")} name="password" rules={[{ required: true }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          {fault !== "" && <Alert type="error" title={fault} style={{ marginBottom: "1rem" }} />}
          <Button type="primary" htmlType="submit" block loading={busy}>
            {tell("Sign in")}
          </Button>
        </Form>
      </Card>
    </main>
  );
}
