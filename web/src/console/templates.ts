/** Documents to begin with: each is complete, and can be published as it is. */
import type { Language } from "../shared/language";
import type { CampaignDocument } from "./document";

export const TEMPLATES = ["small", "nine", "whole"] as const;
export type Template = (typeof TEMPLATES)[number];

/** How long a new activity is open, until somebody says otherwise. */
const OPEN_MS = 30 * 86_400_000;

type Award = CampaignDocument["awards"][number];

/** A template as the document of an activity, from this hour on. */
export function documentOf(
  template: Template,
  activity: string,
  language: Language,
  now = new Date(),
): CampaignDocument {
  const hour = (date: Date) => `${date.toISOString().slice(0, 13)}:00:00Z`;
  const head = {
    activity,
    title: activity,
    opens_at: hour(now),
    closes_at: hour(new Date(now.getTime() + OPEN_MS)),
    time_zone: "Asia/Shanghai",
  };
  const say = (english: string, chinese: string) => (language === "zh" ? chinese : english);
  return { ...head, ...BODIES[template](say) };
}

type Say = (english: string, chinese: string) => string;
type Body = Omit<CampaignDocument, "activity" | "title" | "opens_at" | "closes_at" | "time_zone">;

const BODIES: Record<Template, (say: Say) => Body> = {
  small: (say) => ({
    limits: {},
    awards: [
      { ...points("points", say("1 to 10 points", "1 至 10 积分"), "0.5", "10") },
      { id: "none", title: say("Thank you", "谢谢参与"), weight: "0.5", prize: { kind: "nothing" } },
    ],
    skus: [{ id: "one", draws: 1, price: "5.00" }],
  }),
  nine: (say) => ({
    limits: { day: 10 },
    awards: [
      points("points", say("Points", "随机积分"), "0.5", "20"),
      scarce("again", say("Another draw", "再抽一次"), "0.15", 1000, { kind: "draws", sku: "one" }),
      scarce("coupon", say("10 off", "满减券"), "0.1", 500, { kind: "coupon", pool: "spring" }, { cost: "10.00" }),
      scarce("lamp", say("Desk lamp", "台灯"), "0.05", 20, GOODS, { cost: "120.00", per_user: 1 }),
      scarce("doll", say("Plush toy", "玩偶"), "0.05", 50, GOODS, { cost: "40.00", per_user: 1 }),
      scarce("phones", say("Headphones", "耳机"), "0.03", 10, GOODS, { cost: "300.00", per_user: 1, unlock_after: 3 }),
      scarce("chair", say("Chair", "办公椅"), "0.02", 5, GOODS, { cost: "600.00", per_user: 1, unlock_after: 5 }),
      { id: "none", title: say("Thank you", "谢谢参与"), weight: "0.1", prize: { kind: "nothing" } },
    ],
    skus: [
      { id: "one", draws: 1, price: "5.00" },
      { id: "five", draws: 5, price: "20.00" },
    ],
    rebates: [{ behaviour: "sign_in", daily: true, sku: "one" }],
  }),
  whole: (say) => ({
    description: say(
      "Sign in, pay, or spend points: every draw wins something.",
      "签到、支付或用积分兑换，每次抽奖必有所得。",
    ),
    limits: { day: 20, month: 200 },
    points_expire_after_days: 365,
    awards: [
      points("points", say("1 to 20 points", "1 至 20 积分"), "0.6", "20"),
      scarce("again", say("Another draw", "再抽一次"), "0.15", 1000, { kind: "draws", sku: "one" }),
      scarce(
        "coupon",
        say("10 off", "满减券"),
        "0.2",
        500,
        { kind: "coupon", pool: "spring" },
        { cost: "10.00", per_user: 5 },
      ),
      scarce("lamp", say("Desk lamp", "台灯"), "0.05", 20, GOODS, { cost: "120.00", per_user: 1, unlock_after: 2 }),
      { id: "none", title: say("Thank you", "谢谢参与"), weight: "0", prize: { kind: "nothing" } },
    ],
    tiers: [{ at: 10, mode: "once", awards: ["coupon", "again"] }],
    blacklist: { award: "none" },
    skus: [
      { id: "one", draws: 1, price: "5.00" },
      { id: "five", draws: 5, stock: 10_000, price: "20.00" },
    ],
    rebates: [
      {
        behaviour: "sign_in",
        daily: true,
        sku: "one",
        points: "10.00",
        streaks: [{ at: 7, repeat: true, sku: "five", points: "20.00" }],
      },
      { behaviour: "payment", sku: "five", points: "25.00" },
    ],
    stages: [{ channel: "app", source: "home" }],
  }),
};

const GOODS = { kind: "goods", claim_within_days: 14 };

function points(id: string, title: string, weight: string, max: string): Award {
  return { id, title, weight, prize: { kind: "points", min: "1", max } };
}

/** An award of which there are so many; whoever finds none left gets points. */
function scarce(
  id: string,
  title: string,
  weight: string,
  stock: number,
  prize: Award["prize"],
  more: Partial<Award> = {},
): Award {
  return { id, title, weight, stock, fallback: "points", ...more, prize };
}
