//! The conformance suite of the store: every case takes the port alone, so that the next adapter runs it unchanged.

mod behaviours;
mod books;
mod catalog;
mod coupons;
mod cron;
mod draws;
mod goods;
mod holds;
mod jobs;
mod keys;
mod ledger;
mod life;
mod operators;
mod outbox;
mod processes;
mod random_points;
mod recharges;
mod redemptions;
mod redrive;
mod reservations;
mod reversals;
mod rules;
mod settlement;
mod stock;
mod stories;
mod users;
mod workflows;

use std::sync::Arc;

use big_market::store::Store;
use big_market::store::postgres::PostgresStore;
use big_market::store::sharded::ShardedStore;
use big_market::store::sqlite::SqliteStore;
use tempfile::TempDir;

use crate::support::postgres_server::Database;

/// One test for each case, each on a store of its own. The function gives a migrated, empty store and whatever must
/// live as long as it does.
macro_rules! store_conformance {
    ($adapter:ident, $fresh:path, { $($module:ident: [$($case:ident),+ $(,)?]),+ $(,)? }) => {
        mod $adapter {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let (store, _guard) = $fresh().await;
                    $crate::conformance::store::$module::$case(store.clone()).await;
                    store.close().await;
                })+
            })+
        }
    };
}

/// Hands the list of all cases to [`store_conformance`]; an adapter is one line below.
macro_rules! every_case {
    ($adapter:ident, $fresh:path) => {
        store_conformance!($adapter, $fresh, {
            catalog: [
                a_new_activity_opens,
                the_same_document_again_is_unchanged,
                a_new_document_becomes_the_next_version,
                only_changed_totals_raise_the_epoch,
                totals_below_what_is_used_are_refused,
                an_item_that_returns_remembers_its_use,
                days_without_a_seed_get_a_chain,
                a_draft_is_dropped_when_it_is_published,
                the_draft_that_was_seen_is_discarded_once_and_on_record,
                drafts_are_listed_by_activity_in_parts,
                what_a_document_was_read_from_is_kept_with_it,
                changes_of_documents_are_recorded_once,
                unknown_names_are_nothing,
                revealed_days_never_become_secret_again,
                parallel_publications_each_get_a_version,
            ],
            life: [
                ended_activities_close_once_and_stay_over,
                parallel_closings_start_one_workflow,
                only_its_own_workflow_opens_an_activity_again,
                activities_pause_and_resume,
                stages_name_the_activities_that_list_them,
            ],
            draws: [
                facts_of_nobody_are_zero,
                recorded_draws_are_facts,
                facts_answer_each_question_in_order,
                a_repeat_is_moved_and_changes_nothing,
                groups_stand_alone,
                who_drew_elsewhere_meanwhile_is_left_out,
                parallel_records_of_one_user_commit_once,
                parallel_records_of_many_users_all_commit,
                an_answered_request_is_moved,
                more_draws_than_granted_are_moved,
                other_used_counts_are_moved,
                days_and_months_turn,
                revealed_days_take_no_draws,
                raised_epochs_take_no_draws,
                a_voided_draw_never_commits,
                a_committed_draw_is_never_voided,
                draws_and_voids_race_to_one_answer,
                draws_and_raised_epochs_race_to_one_answer,
                nothing_is_delivered_at_once,
                every_value_is_kept,
                draws_are_listed_newest_first,
                awards_are_listed_newest_first,
                wins_are_listed_newest_first,
            ],
            recharges: [
                a_grant_adds_draws_once,
                one_batch_grants_each_source_once,
                a_request_belongs_to_its_user_and_activity,
                grants_need_the_current_epoch,
                an_account_never_holds_more_than_it_can_count,
                a_voided_order_is_stale,
                parallel_grants_of_one_source_commit_once,
            ],
            behaviours: [
                a_behaviour_is_rewarded_once,
                behaviours_of_one_report_commit_together,
                a_streak_follows_the_day_before,
                revealed_days_and_closed_activities_take_no_behaviours,
                parallel_reports_of_one_key_commit_once,
                an_account_that_is_full_takes_no_behaviour,
                records_are_found_by_key_with_those_reported_together,
                behaviours_are_listed_newest_first_by_month,
            ],
            redemptions: [
                an_exchange_takes_points_and_grants_draws_once,
                a_debit_that_fails_delivers_nothing,
                of_two_exchanges_with_a_balance_for_one_exactly_one_succeeds,
                parallel_exchanges_of_one_request_commit_once,
                exchanges_need_the_current_epoch_and_an_open_activity,
                an_account_that_is_full_takes_no_exchange,
                a_reversal_restores_points_draws_and_stock_once,
                used_draws_are_not_taken_back,
                draws_and_reversals_race_to_one_answer,
                parallel_reversals_restore_once,
                exchanges_are_listed_newest_first,
            ],
            stock: [
                parallel_raises_have_one_winner,
                truth_counts_rows,
                claims_end_the_same_way_every_time,
                notes_are_for_people,
            ],
            outbox: [
                due_work_is_given_out_most_overdue_first,
                due_work_is_not_given_out_twice_before_its_time,
                a_recorded_wake_time_is_waited_for,
                future_work_is_neither_due_nor_leased,
                parallel_leases_give_each_entry_once,
                deliveries_come_in_the_order_asked,
                an_ended_lease_can_be_taken,
                an_ended_lease_is_given_out_whoever_was_woken_before,
                points_are_credited_once,
                draws_are_granted_once,
                many_credits_keep_running_balances,
                a_third_partys_reference_is_kept,
                a_retry_waits_and_counts,
                a_snooze_gives_its_attempt_back,
                giving_up_shows_and_can_be_redriven,
                an_old_lease_does_not_end_a_redriven_or_snoozed_entry,
                a_late_result_happens_but_leaves_the_entry,
                a_late_failure_changes_nothing,
                a_delivered_award_stays_delivered,
                parallel_results_of_one_award_credit_once,
                a_wrong_effect_is_a_fault_and_writes_nothing,
                redriving_what_is_not_dead_changes_nothing,
                entries_are_listed_newest_first_by_state,
                pruning_is_bounded_and_takes_only_old_finished_work,
                attempts_are_logged_once_and_pruned_by_their_age,
                pruning_takes_only_the_buckets_asked_for,
            ],
            ledger: [
                nobody_has_no_points,
                entries_are_listed_newest_first,
                earned_points_are_shown_with_their_expiry,
                a_repeated_transfer_gets_the_first_answer,
                keys_and_users_are_never_mixed_up,
                points_that_would_expire_at_once_are_not_given,
                a_debit_needs_the_whole_amount,
                lots_that_expire_first_are_spent_first,
                two_parallel_spends_with_a_balance_for_one_exactly_one_succeeds,
                parallel_spends_and_holds_take_exactly_what_there_is,
                parallel_repeats_of_one_request_move_once,
                batches_of_the_same_buckets_never_block_each_other,
                each_balance_follows_from_the_one_before,
                awarded_points_expire_when_their_campaign_says,
            ],
            reversals: [
                what_was_spent_goes_back_into_its_lots,
                what_was_earned_is_taken_from_its_own_lot_first,
                a_reversed_earning_needs_the_balance,
                a_transfer_is_reversed_once,
                only_earnings_and_spendings_are_reversed,
                parallel_reversals_have_one_winner,
                a_lot_expires_once,
                many_lots_of_many_users_expire_together,
                what_comes_back_to_an_expired_lot_expires_again,
                a_balance_is_never_below_zero_while_points_expire,
            ],
            holds: [
                a_hold_leaves_the_balance_at_once,
                a_captured_hold_is_gone,
                a_hold_is_told_as_it_stands_to_its_own_user,
                a_released_hold_is_back_in_its_lots,
                a_key_ends_one_hold,
                parallel_ends_of_a_hold_have_one_winner,
                an_overdue_hold_can_only_be_released,
                overdue_holds_are_released_once,
            ],
            random_points: [any_sequence_of_operations_agrees_with_a_simple_book],
            redrive: [
                dead_work_is_redriven_at_a_rate_oldest_first,
                dead_work_is_redriven_by_kind_and_error,
                parallel_bulk_redrives_take_each_entry_once,
            ],
            rules: [
                wins_of_limited_awards_are_facts,
                a_win_beyond_its_limit_is_a_fault_and_writes_nothing,
                parallel_wins_of_one_user_stay_within_the_limit,
                a_limit_that_begins_counts_what_was_won_before,
                lists_are_facts_from_the_next_draw_on,
                lists_are_read_part_by_part_by_user,
                parallel_puts_leave_one_entry_and_one_record,
            ],
            processes: [
                a_process_lives_while_it_says_so,
                a_process_that_stopped_stays_so,
                processes_that_nobody_saw_for_long_are_forgotten,
            ],
            users: [
                everybody_who_left_a_row_is_found_once,
                ids_are_found_in_the_order_of_their_bytes_part_by_part,
            ],
            stories: [
                a_draw_tells_everything_it_caused,
                a_timeline_is_merged_without_gaps,
                a_timeline_tells_what_is_wanted_of_it,
                a_redemption_and_a_behaviour_tell_what_they_caused,
            ],
            coupons: [
                codes_are_added_once,
                loading_codes_is_noted_without_them,
                parallel_takers_never_share_a_code,
                an_award_gets_one_code_however_often_it_asks_at_once,
                an_empty_pool_gives_nothing_until_codes_come,
                the_code_of_a_recalled_award_goes_to_another,
                promised_coupons_are_counted_until_they_are_delivered,
            ],
            goods: [
                a_claim_replaces_the_one_before_until_it_is_sent,
                goods_are_sent_once,
                unclaimed_goods_go_back_to_stock,
                a_claim_and_its_deadline_race_to_one_answer,
                goods_are_listed_by_state,
                a_waiting_award_is_recalled_once_and_for_good,
                what_somebody_may_have_is_not_recalled,
                recalls_and_deliveries_race_to_one_answer,
            ],
            reservations: [
                an_award_keeps_the_way_it_was_first_told,
                each_redrive_begins_a_new_round,
                what_a_third_party_reserved_is_wanted_back_first,
                dead_work_is_wanted_back_in_its_round,
                what_the_winner_has_is_no_longer_let_go,
            ],
            cron: [
                a_fire_is_proposed_once,
                parallel_claims_have_one_winner,
                an_ended_claim_can_be_taken,
                a_renewed_claim_lasts_longer_and_a_lost_one_is_not_renewed,
                claims_of_a_clock_that_ran_ahead_are_let_go,
                only_the_owner_ends_a_fire,
                an_outcome_keeps_what_was_noted_before,
                a_fire_that_waits_runs_after_the_one_before_it,
                a_fire_that_does_not_wait_is_skipped_while_the_one_before_it_runs,
                parallel_claims_never_run_a_job_beside_itself,
                each_part_is_claimed_and_ended_alone,
                a_fire_fails_with_any_of_its_parts,
                parallel_ends_of_parts_end_the_fire_once,
                open_fires_are_listed_oldest_first,
                fires_are_listed_newest_first_without_gaps,
                pruning_keeps_the_last_fire_of_each_schedule,
            ],
            jobs: [
                a_paused_job_proposes_nothing_and_finishes_what_is_open,
                resuming_what_is_not_paused_changes_nothing,
                a_fire_that_is_asked_for_is_due_at_once_even_of_a_paused_job,
                parallel_wishes_for_one_job_make_one_fire,
                a_fire_that_is_asked_for_waits_for_the_one_that_runs,
            ],
            keys: [
                a_key_is_found_by_its_hash,
                a_revoked_key_is_not_found,
                a_key_is_revoked_once_and_for_good,
                keys_are_listed_newest_first,
            ],
            operators: [
                a_name_belongs_to_one_operator,
                one_admin_is_always_left,
                tries_side_by_side_count_like_those_in_a_row,
                a_session_ends_by_time_by_idleness_and_when_told,
                who_is_disabled_or_has_another_password_gets_no_session,
                the_first_secret_is_everybody_s,
            ],
            settlement: [
                sealed_days_take_no_draws_and_stay_sealed,
                draws_and_seals_race_to_one_answer,
                nothing_is_recorded_in_an_activity_that_is_not_open,
                a_day_adds_up_to_its_rows,
                draws_of_a_while_are_counted,
                a_settlement_never_changes_and_is_corrected_once,
                settlements_are_listed_newest_first,
                a_report_is_made_once_and_settles,
            ],
            workflows: [
                a_subject_has_one_open_run,
                parallel_starts_make_one_run,
                a_run_moves_once_from_where_it_was_seen,
                due_runs_are_taken_once_longest_first,
                only_a_stuck_run_is_retried,
                runs_are_listed_newest_first,
                pruning_takes_only_old_ended_runs,
            ],
            books: [
                honest_work_has_clean_books,
                honest_exchanges_have_clean_books,
                codes_and_goods_on_their_way_have_clean_books,
                draws_beyond_a_limit_are_named,
                overdue_work_is_named,
                draws_are_read_part_by_part,
            ],
        });
    };
}

async fn sqlite_store() -> (Arc<dyn Store>, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("store.db"), 4).await.unwrap();
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    (Arc::new(store), directory)
}

async fn postgres_store() -> (Arc<dyn Store>, Database) {
    let database = Database::fresh().await;
    let store = PostgresStore::open(&database.url, 8).await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    (Arc::new(store), database)
}

/// Users live in one of two databases by chance of their names.
async fn sharded_store() -> (Arc<dyn Store>, [Database; 2]) {
    let databases = [Database::fresh().await, Database::fresh().await];
    let mut shards = Vec::new();
    for database in &databases {
        shards.push(PostgresStore::open(&database.url, 8).await.unwrap());
    }
    let store = ShardedStore::new(shards);
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
    (Arc::new(store), databases)
}

every_case!(sqlite, crate::conformance::store::sqlite_store);
every_case!(postgres, crate::conformance::store::postgres_store);
every_case!(sharded, crate::conformance::store::sharded_store);
