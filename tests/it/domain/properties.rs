//! What holds for every document: validation never fails by itself, and what it accepts can decide.

use std::collections::BTreeSet;

use big_market::domain::award::{Prize, PrizeValue};
use big_market::domain::campaign::Campaign;
use big_market::domain::cron::Part;
use big_market::domain::document::{CampaignDocument, Format, TierDocument, parse};
use big_market::domain::roll::Roll;
use big_market::domain::standing::UserList;
use big_market::domain::strategy::{DrawFacts, Rule, TierMode, decide};
use big_market::domain::validate::{DocumentFault, compile};
use proptest::prelude::*;

use super::generated::{Facts, apply, facts, likely_valid, mutation};
use super::{demo, exactness};

/// What holds for every decision of a campaign that validation let through.
fn check_decision(campaign: &Campaign, (user_id, used, used_today, standing): &Facts, roll: Roll) {
    let facts = DrawFacts { user_id, used: *used, used_today: *used_today, standing };
    let decision = decide(&campaign.strategy, &facts, roll);
    let passed: Vec<_> = decision.passed_before(&campaign.strategy, 0).iter().map(|passed| passed.award).collect();
    assert!(decision.passed_over.iter().map(|passed| passed.award).take(passed.len()).eq(passed), "all by rules");
    assert_eq!(decision, decide(&campaign.strategy, &facts, roll), "a decision can be repeated");
    let awards = campaign.strategy.awards();
    let (last, before) = decision.candidates.split_last().expect("never empty");
    assert!(awards[last.award].stock.is_none(), "the last candidate cannot run out");
    assert!(before.iter().all(|candidate| awards[candidate.award].stock.is_some()), "the others can");
    let mut seen = BTreeSet::new();
    for candidate in &decision.candidates {
        let award = &awards[candidate.award];
        assert!(award.unlock_after <= *used_today, "a locked award is no candidate");
        assert!(award.per_user.is_none_or(|most| standing.wins(&award.award_id) < most), "nobody wins beyond a limit");
        let is_scarce = award.stock.is_some() || award.per_user.is_some();
        assert!(!is_scarce || standing.list != Some(UserList::Grey), "grey users win nothing scarce");
        assert!(seen.insert(candidate.award), "no award is a candidate twice");
        match (&award.prize, &candidate.value) {
            (Prize::Points(range), PrizeValue::Points { amount }) => {
                // On the blacklist the award may be worth something else, which its own tests check.
                let is_own = decision.rule != Rule::Blacklist;
                assert!(!is_own || (range.min() <= *amount && *amount <= range.max()), "{amount}");
            }
            (prize, value) => assert_eq!(prize.value(None, roll), *value),
        }
    }
}

proptest! {
    #[test]
    fn the_parts_of_a_fire_cover_every_bucket_once(of in 1..=Part::MAX) {
        let parts: Vec<_> = (1..=of).map(|number| Part::new(number, of).unwrap()).collect();
        let covered: Vec<u16> = parts.iter().flat_map(|part| part.buckets()).collect();
        prop_assert_eq!(covered, (0..1024).collect::<Vec<_>>());
        let sizes = || parts.iter().map(|part| part.buckets().len());
        prop_assert!(sizes().max().unwrap() - sizes().min().unwrap() <= 1, "fair shares");
        prop_assert_eq!([Part::new(0, of), Part::new(of + 1, of)], [None, None]);
        prop_assert_eq!(Part::new(1, of + Part::MAX), None);
    }

    #[test]
    fn validation_answers_for_every_document_and_what_it_accepts_can_decide(
        sample in any::<bool>(),
        mutations in prop::collection::vec(mutation(), 0..6),
        facts in facts(),
        roll in any::<[u8; 32]>(),
    ) {
        let mut json = serde_json::to_value(if sample { demo() } else { exactness() }).unwrap();
        for mutation in mutations {
            apply(&mut json, mutation);
        }
        if let Ok(document) = parse(&json.to_string(), Format::Json) {
            match compile(&document) {
                Ok(campaign) => check_decision(&campaign, &facts, Roll(roll)),
                Err(faults) => check_faults(&faults),
            }
        }
    }

    #[test]
    fn what_validation_accepts_can_decide_for_any_facts(
        document in likely_valid(),
        facts in prop::collection::vec(facts(), 8),
        rolls in prop::collection::vec(any::<[u8; 32]>(), 8),
    ) {
        // More than four refusals to one acceptance fail the test: it must not become empty.
        let campaign = compile(&document);
        if let Err(faults) = &campaign {
            check_faults(faults);
        }
        prop_assume!(campaign.is_ok());
        let campaign = campaign.unwrap();
        for (facts, roll) in facts.iter().zip(rolls) {
            check_decision(&campaign, facts, Roll(roll));
        }
    }

    #[test]
    fn exactly_the_awards_that_no_draw_can_give_are_refused(document in likely_valid()) {
        let faults = compile(&document).err().unwrap_or_default();
        let refused = faults.iter().filter(|fault| fault.message.starts_with("it can never be won"));
        let refused: BTreeSet<usize> = refused
            .map(|fault| fault.path["awards[".len()..].split(']').next().unwrap().parse().unwrap())
            .collect();
        let winnable = winnable(&document);
        let never: BTreeSet<usize> = (0..document.awards.len()).filter(|index| !winnable.contains(index)).collect();
        prop_assert_eq!(refused, never);
    }

    #[test]
    fn weights_are_kept_exactly(document in likely_valid()) {
        prop_assume!(compile(&document).is_ok());
        let campaign = compile(&document).unwrap();
        let total = u128::from(campaign.strategy.base().total());
        for (rule, written) in campaign.strategy.awards().iter().zip(&document.awards) {
            // weight / total = written / 10,000, without a division.
            let (whole, places) = written.weight.split_once('.').unwrap_or((&written.weight, "0000"));
            let written: u128 = format!("{whole}{places:0<4}").parse().unwrap();
            prop_assert_eq!(u128::from(rule.weight) * 10_000, written * total);
        }
    }

    #[test]
    fn valid_documents_are_one_in_toml_and_json(document in likely_valid()) {
        let toml = toml::to_string(&document).unwrap();
        let json = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(parse(&toml, Format::Toml), Ok(document.clone()));
        prop_assert_eq!(parse(&json, Format::Json), Ok(document));
    }

    #[test]
    fn reading_never_fails_by_itself(text in any::<String>(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        // The demo with one character replaced, and any text at all.
        let mut broken: Vec<char> = super::DEMO.chars().collect();
        let at = at.index(broken.len());
        broken[at] = with;
        for text in [text, broken.into_iter().collect()] {
            for format in [Format::Toml, Format::Json] {
                if let Err(fault) = parse(&text, format) {
                    check_faults(&[fault]);
                }
            }
        }
    }
}

/// The awards that some draw can give, found by trying every count of draws that can make a difference.
fn winnable(document: &CampaignDocument) -> BTreeSet<usize> {
    const USED_MAX: u32 = 50;
    const TODAY_MAX: u32 = 6;
    let index_of = |id: &String| document.awards.iter().position(|award| award.id == *id).unwrap();
    let mut found = BTreeSet::new();
    for used in 0..USED_MAX {
        let applies = |tier: &&TierDocument| match tier.mode {
            TierMode::Once => tier.at == used,
            TierMode::From => tier.at <= used,
        };
        let tier = document.tiers.iter().filter(applies).max_by_key(|tier| tier.at);
        let mut picked: Vec<usize> = match tier {
            Some(tier) => tier.awards.iter().map(index_of).collect(),
            None => (0..document.awards.len()).collect(),
        };
        picked.retain(|index| document.awards[*index].weight.bytes().any(|byte| matches!(byte, b'1'..=b'9')));
        picked.extend(document.blacklist.as_ref().map(|blacklist| index_of(&blacklist.award)));
        let today_max = used.min(document.limits.day.unwrap_or(u32::MAX) - 1).min(TODAY_MAX);
        for (picked, today) in picked.into_iter().flat_map(|picked| (0..=today_max).map(move |today| (picked, today))) {
            let mut next = Some(picked);
            while let Some(index) = next {
                let award = &document.awards[index];
                let is_open = award.unlock_after <= today;
                if is_open {
                    found.insert(index);
                }
                next = award
                    .fallback
                    .as_ref()
                    .filter(|_| !is_open || award.stock.is_some() || award.per_user.is_some())
                    .map(index_of);
            }
        }
    }
    found
}

fn check_faults(faults: &[DocumentFault]) {
    assert!(!faults.is_empty(), "a refusal names a fault");
    for fault in faults {
        assert!(!fault.path.is_empty() && !fault.message.is_empty() && !fault.mend.is_empty(), "{fault:?}");
    }
}
