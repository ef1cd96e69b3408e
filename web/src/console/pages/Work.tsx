/** Work: the outbox, jobs and their fires, workflows, goods, coupons, and the processes that do it. */
import { Tabs } from "antd";

import { go, useRoute } from "../route";
import { useWords } from "../words";
import { CouponsTab } from "./Coupons";
import { GoodsTab } from "./Goods";
import { FiresTab, JobsTab } from "./Jobs";
import { OutboxTab } from "./Outbox";
import { Page } from "./Page";
import { ProcessesTab } from "./Processes";
import { WorkflowsTab } from "./Workflows";

export function WorkPage() {
  const tell = useWords();
  const [, tab = "outbox"] = useRoute();
  return (
    <Page title={tell("Work")}>
      <Tabs
        activeKey={tab}
        onChange={(key) => go("operations", key)}
        destroyOnHidden
        items={[
          { key: "outbox", label: tell("Outbox"), children: <OutboxTab /> },
          { key: "jobs", label: tell("Jobs"), children: <JobsTab /> },
          { key: "fires", label: tell("Fires"), children: <FiresTab /> },
          { key: "workflows", label: tell("Workflows"), children: <WorkflowsTab /> },
          { key: "goods", label: tell("Goods"), children: <GoodsTab /> },
          { key: "coupons", label: tell("Coupons"), children: <CouponsTab /> },
          { key: "processes", label: tell("Processes"), children: <ProcessesTab /> },
        ]}
      />
    </Page>
  );
}
