// Made from the server's OpenAPI document by `npm run generate`. Do not edit.

export interface paths {
    "/admin/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List activities
         * @description Every one that was ever published, by id.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["activities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close an activity
         * @description For good and at once: nothing can be drawn any more. A workflow then settles every day, reveals every seed and makes the
         *     report. Closing a closed one changes nothing.
         *
         *     Needs the scope `campaigns:write`.
         */
        post: operations["close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the documents of an activity
         * @description Its draft and its current version, for an editor to begin with. An id that nobody used yet has neither, and that is an answer.
         *
         *     Needs the scope `campaigns:write`.
         */
        get: operations["documents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the draft of an activity
         * @description As JSON, or as TOML or JSON with comments where `Accept` names that first: with the comments it was saved with, where it was saved
         *     in that form.
         *
         *     Needs the scope `campaigns:write`.
         */
        get: operations["get_draft"];
        /**
         * Save the draft of an activity
         * @description Over the one before, even with faults. The answer names what stands in the way of publishing it. Of TOML, and of JSON with
         *     comments, the text is kept as it is.
         *
         *     Needs the scope `campaigns:write`.
         */
        put: operations["save_draft"];
        post?: never;
        /**
         * Discard the draft of an activity
         * @description What is published stays as it is.
         *
         *     Needs the scope `campaigns:write`.
         */
        delete: operations["discard_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/lists/{list}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the users on a list
         * @description By user id, ascending. Users that the campaign document itself lists are not among them.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["listed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/lists/{list}/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put a user on a list
         * @description Off the other list, if it was there; it holds from the next draw on. Users on the black list get the document's blacklist
         *     award, or may not draw where it names none; users on the grey list win no award that is counted or limited per user. The
         *     same again changes nothing.
         *
         *     Needs the scope `operations:write`.
         */
        put: operations["put_on_list"];
        post?: never;
        /**
         * Take a user off a list
         * @description It holds from the next draw on.
         *
         *     Needs the scope `operations:write`.
         */
        delete: operations["take_off_list"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/pace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the pace of an activity
         * @description How many draws all servers together made within the last few seconds. It reads those and no others, so it may be asked every few
         *     seconds.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["pace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause an activity
         * @description No draw and no recharge is accepted until it is resumed; what was won is delivered all the same. Pausing a paused one
         *     changes nothing.
         *
         *     Needs the scope `campaigns:write`.
         */
        post: operations["pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish the draft of an activity
         * @description Checks it, names every fault at once, and makes it the current version. Draws under way finish on theirs. A draft that
         *     is current already changes nothing. With the setting `campaigns.second_person`, an operator publishes what somebody else
         *     saved.
         *
         *     Needs the scope `campaigns:write`.
         */
        post: operations["publish_draft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the report of a settled activity
         * @description The totals of its whole life, made once when it was settled.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume an activity
         * @description A paused one accepts draws again. Resuming an open one changes nothing.
         *
         *     Needs the scope `campaigns:write`.
         */
        post: operations["resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/settlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List settled days
         * @description Newest first, each with what was found later.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["settlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/settlements/{day}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a settled day
         * @description Decides its draws again, adds it up again and compares with the books. Where something else is found than what holds, a
         *     correction is added; the settlement itself never changes.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["check_settlement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/stock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the stock of an activity
         * @description The counters of every award and SKU that has a stock, at one moment.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["stock"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the totals of an activity
         * @description Counted when it is asked, over the activity's whole life so far: it reads every draw of it, so ask `pace` for what changes from
         *     second to second.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["totals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/activities/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the versions of an activity
         * @description Newest first, each with its whole document.
         *
         *     Needs the scope `campaigns:write`.
         */
        get: operations["versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Newest first, without their secrets.
         *
         *     Needs the scope `keys:write`.
         */
        get: operations["api_keys"];
        put?: never;
        /**
         * Create an API key
         * @description Its secret is in this answer and nowhere else. A repeat makes another key. A key can give only scopes it has itself.
         *
         *     Needs the scope `keys:write`.
         */
        post: operations["create_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description It is worth nothing any more: in this process at once, in others within five seconds. A repeat changes nothing.
         *
         *     Needs the scope `keys:write`.
         */
        delete: operations["revoke_api_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List changes
         * @description Who changed what, newest first: all of them, those of one actor, or those of one subject.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/coupon-pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List coupon pools
         * @description Every pool that has codes or that a document in force names, with what it owes and what may still be won from it.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["pools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/coupon-pools/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a coupon pool
         * @description With what it owes and what may still be won from it.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["pool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/coupon-pools/{id}/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Load coupon codes
         * @description The body is CSV with one column, with or without the header `code`, at most a million codes. All lines are good, or none is
         *     taken. Codes that the pool has already change nothing, so a file can simply be sent again.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["load"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/cron": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List fires of scheduled jobs
         * @description Newest first; of one job or of all. Fires that were due at the same instant stay in one part, so that no part leaves
         *     any out.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["fires"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List drafts
         * @description Every document that is being edited, by the id of its activity, ascending.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["drafts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/draws/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the story of a draw
         * @description From its facts to its last effect: what it was decided from, what it passed over, the promise, every attempt to deliver,
         *     and what the winner got.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["draw_story"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/goods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List goods
         * @description Of one state, newest first: `unclaimed`, `claimed` (to be sent; the default) or `shipped`.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["goods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/goods/{id}/ship": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Note that goods were sent
         * @description The award is delivered, with the carrier's number as its reference. The same number again changes nothing.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["ship"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List scheduled jobs
         * @description Each with its schedule, whether it is paused, its next date, and how it went lately.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a scheduled job
         * @description As in the list of all.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a job
         * @description It fires by its schedule no more until it is resumed; fires that are open go on. A repeat changes nothing.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["pause_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a job
         * @description It fires by its schedule again; fires that came due meanwhile are let go. A repeat changes nothing.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["resume_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a job now
         * @description A fire of its own, due now, whether the job is paused or not. It waits while another fire of the job runs. One that was
         *     asked for before must have ended.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["run_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/operators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List operators
         * @description Oldest first.
         *
         *     Needs the scope `operators:write`.
         */
        get: operations["operators"];
        put?: never;
        /**
         * Add an operator
         * @description Nobody gives a role that may do more than the caller may. A name that somebody has is a conflict.
         *
         *     Needs the scope `operators:write`.
         */
        post: operations["add_operator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/operators/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change an operator
         * @description Gives another role or password, or lets them sign in or not. Nobody changes an operator who may do more than the caller
         *     may. The last admin who may sign in stays one. A repeat changes nothing more.
         *
         *     Needs the scope `operators:write`.
         */
        patch: operations["change_operator"];
        trace?: never;
    };
    "/admin/outbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List promised work
         * @description Newest first; of one state or of all.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["outbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/outbox/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an award back
         * @description Recalls the award that this work would deliver, as long as nobody outside may have it: its unit goes back to stock, a coupon
         *     code to its pool. The draw stays as it was. Where a third party reserved it, that is asked to let go first, and the award is
         *     recalled once it did. Again, it changes nothing.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/outbox/{id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redrive dead work
         * @description Makes it pending again, due now, with its attempts counted from none.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["redrive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/outbox/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the outbox
         * @description How much promised work stands where, in all databases. Entries are counted in their indexes when it is asked.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["outbox_counts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/outbox/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redrive dead work in bulk
         * @description Makes dead entries pending again, oldest first and all of them or none, due one after another at the rate asked for, with
         *     their attempts counted from none. A repeat finds only what has died since or was beyond the limit.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["redrive_dead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/processes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List processes
         * @description Servers and workers: those that live first, the latest started first. Those that ended or died are kept as long as fires are
         *     (`retention.fires_days`); at most 500 are given.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["processes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/reconciliation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the six invariants
         * @description Over everything stored, every draw decided again: seconds for a million draws.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["reconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is signed in
         * @description The operator of the session, with the token that changes need. That nobody is signed in is an answer, no refusal: a page asks this
         *     before it knows.
         */
        get: operations["session"];
        put?: never;
        /**
         * Sign in
         * @description Begins a session and sets its cookie. Wrong passwords in a row lock the name for a while, each further one for longer;
         *     nothing tells whether the name is known.
         */
        post: operations["sign_in"];
        /**
         * Sign out
         * @description Ends the session and takes its cookie back.
         */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change one's own password
         * @description Ends all other sessions of the operator. Wrong passwords count as at signing in.
         */
        post: operations["replace_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find users
         * @description Those whose id starts with `prefix`, or all, each once, by the bytes of their ids. Nobody registers users: known is whoever was
         *     ever granted draws, had points, showed a behaviour, or was put on a list.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user's timeline
         * @description Everything that happened to the user, newest first: each draw with its whole story, each redemption and each rewarded
         *     behaviour with what it caused, and recharges and movements of points that none of these caused. Of one kind or of all, and of a
         *     span of time by when an item began.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List workflows
         * @description Newest first; of one kind or of all, in one state or in any.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["workflows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workflows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a workflow
         * @description Where one run stands, and what its steps found out.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["workflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workflows/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a stuck workflow
         * @description It goes on where it stands, in its direction, due now, with its tries counted from none. Mend the cause first.
         *
         *     Needs the scope `operations:write`.
         */
        post: operations["retry_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/demo/guest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a guest of the demo in
         * @description Only where the demo runs. A new guest is granted some draws; with a guest's token that is still good as the bearer, it is
         *     the same guest, with a new token.
         */
        post: operations["sign_guest_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process is alive
         * @description Looks at nothing but the process itself.
         */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics of the process
         * @description In the text format of Prometheus.
         *
         *     Needs the scope `operations:read`.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description Generated from the code that answers.
         */
        get: operations["openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process can serve
         * @description Asks the store, and where jobs run in this process or `queue.workers_min` wants some, whether enough processes with workers live.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an activity
         * @description Its window, state, limits, the exact odds, and the commitments that its draws can be checked against.
         *
         *     Needs the scope `activities:read`. End users may call it for themselves, with a token.
         */
        get: operations["activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/awards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the awards of an activity
         * @description As one user sees them: weight, stock, and how many draws until each is unlocked.
         *
         *     Needs the scope `activities:read`. End users may call it for themselves, with a token.
         */
        get: operations["activity_awards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/draws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Draw for a user
         * @description Spends draws of the user's quota and promises what they win, all or nothing. A repeat with the same Idempotency-Key,
         *     user and activity gives the first answer, byte for byte, and draws nothing.
         *
         *     Needs the scope `draws:write`. End users may call it for themselves, with a token.
         */
        post: operations["draw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user's draws in an activity
         * @description What is granted, used and left: in all, this month and today.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["activity_quota"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/recharges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grant a user the draws of a SKU
         * @description Takes a unit of the SKU's stock and adds its draws to the user's quota. A repeat with the same Idempotency-Key, user and
         *     activity gives the first answer, byte for byte, and grants nothing.
         *
         *     Needs the scope `recharges:write`.
         */
        post: operations["recharge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/skus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the SKUs of an activity
         * @description What users obtain to get draws.
         *
         *     Needs the scope `activities:read`. End users may call it for themselves, with a token.
         */
        get: operations["activity_skus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/tiers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tiers of an activity
         * @description As one user sees them: how many draws until each applies.
         *
         *     Needs the scope `activities:read`. End users may call it for themselves, with a token.
         */
        get: operations["activity_tiers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/winners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the latest winners of an activity
         * @description At most twenty, newest first, for everybody to see: names are masked, and draws that won nothing are left out.
         *
         *     Needs the scope `activities:read`. End users may call it for themselves, with a token.
         */
        get: operations["winners"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/awards/{id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim goods
         * @description Says where an award of goods is to be sent. Until it is sent, another claim takes the place of the one before; the same
         *     claim again changes nothing and gives the same answer.
         *
         *     Needs the scope `awards:write`. End users may call it for themselves, with a token.
         */
        post: operations["claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/behaviours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report what a user did
         * @description Grants the draws and credits the points that open activities give for the behaviour, once for each business key. The key
         *     takes the place of an Idempotency-Key: a repeat gives the first answer, byte for byte, and grants nothing.
         *
         *     Needs the scope `behaviours:write`. End users may call it for themselves, with a token.
         */
        post: operations["report_behaviour"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/draws/{id}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the receipt of a draw
         * @description All that a verifier needs to check the draw by itself: facts, roll, the whole document, and the seed once its day is
         *     over. `big-market verify` checks it.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["receipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/redemptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a user's points for the draws of a SKU
         * @description Takes the SKU's price and a unit of its stock, and adds its draws to the user's quota: all or nothing. A repeat with the
         *     same Idempotency-Key and user gives the first answer, byte for byte, and exchanges nothing.
         *
         *     Needs the scope `redemptions:write`. End users may call it for themselves, with a token.
         */
        post: operations["redeem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/redemptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an exchange
         * @description As it was made, and where it stands.
         *
         *     Needs the scope `users:read`.
         */
        get: operations["redemption"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/redemptions/{id}/reverse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an exchange back
         * @description Only while its draws are unused: the draws go, the points come back with the expiry they had, the unit returns to stock. A
         *     repeat gives the same answer.
         *
         *     Needs the scope `redemptions:write`.
         */
        post: operations["reverse_redemption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the activities of a stage
         * @description Those that run now, open or paused, and list the channel and source in their current document; newest published first.
         *
         *     Needs the scope `activities:read`.
         */
        get: operations["stages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/user-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an end user a token
         * @description For the page that one user sees: it reaches what is marked for end users, for that user and that activity alone. A repeat
         *     gives another token; none can be taken back, so let it live shortly.
         *
         *     Needs the scope `tokens:write`.
         */
        post: operations["give_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/awards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a user's awards
         * @description Over all activities, newest first, each with where its delivery stands.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["user_awards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/behaviours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the calendar of a user's behaviour
         * @description What the user did in a month, newest first, with the days in a row now and what the next streak earns.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["user_behaviours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/draws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a user's draws
         * @description Over all activities, newest first.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["user_draws"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user's points
         * @description The balance, what is set aside, what expires next, and the entries that made the balance, newest first.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["user_points"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/earn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a user points
         * @description They make a lot, which expires by itself. A repeat with the same Idempotency-Key and user gives the first answer, byte for
         *     byte, and moves nothing.
         *
         *     Needs the scope `points:write`.
         */
        post: operations["earn_points"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set points of a user aside
         * @description They leave the balance at once and wait to be captured or released. A repeat with the same Idempotency-Key and user gives
         *     the first answer, byte for byte, and moves nothing.
         *
         *     Needs the scope `points:write`.
         */
        post: operations["hold_points"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/holds/{hold}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a hold
         * @description As it was made, and where it stands.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["points_hold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/holds/{hold}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Capture a hold
         * @description Its points are gone for good. Asked again, by whatever key, it gives the same answer and moves nothing.
         *
         *     Needs the scope `points:write`.
         */
        post: operations["capture_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/holds/{hold}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release a hold
         * @description Its points go back to the user, into the lots they came from. Asked again, by whatever key, it gives the same answer and
         *     moves nothing.
         *
         *     Needs the scope `points:write`.
         */
        post: operations["release_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take points from a user
         * @description All of the amount or none of it, from the lots that expire first. A repeat with the same Idempotency-Key and user gives the
         *     first answer, byte for byte, and moves nothing.
         *
         *     Needs the scope `points:write`.
         */
        post: operations["spend_points"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/points/transfers/{transfer}/reverse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reverse a transfer
         * @description Takes back what was earned, or gives back what was spent, once. What was spent goes back into its lots, with the expiry
         *     those have. A repeat with the same Idempotency-Key and user gives the first answer, byte for byte, and moves nothing.
         *
         *     Needs the scope `points:write`.
         */
        post: operations["reverse_transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/redemptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a user's exchanges
         * @description Over all activities, newest first, each with where it stands.
         *
         *     Needs the scope `users:read`. End users may call it for themselves, with a token.
         */
        get: operations["user_redemptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The public facts of an activity. */
        ActivityBody: {
            /** @description The behaviours that are rewarded, such as `sign_in`. */
            behaviours: string[];
            /** @description The first instant after the window. */
            closes_at: components["schemas"]["Time"];
            /** @description What users read below the title. */
            description: string;
            /**
             * @description The activity.
             * @example 100301
             */
            id: string;
            /** @description Draws a user may make. */
            limits: components["schemas"]["LimitsBody"];
            /** @description The exact probability of every award by the strategy's own weights, in the order of the document. */
            odds: components["schemas"]["OddsBody"][];
            /** @description The first instant of the window. */
            opens_at: components["schemas"]["Time"];
            /** @description What was published before the first draw, so that draws can be checked afterwards. */
            seeds: components["schemas"]["SeedsBody"];
            /** @description Where it is in its life. Draws are accepted while it is open and within the window. */
            state: components["schemas"]["ActivityState"];
            /**
             * @description Whose midnights turn days and months.
             * @example Asia/Shanghai
             */
            time_zone: string;
            /** @description What users read. */
            title: string;
            /**
             * Format: int32
             * @description The version of the campaign document that decides new draws.
             */
            version: number;
        };
        /** @description An activity in the list of all. */
        ActivityLineBody: {
            /** @description The first instant after the window. */
            closes_at: components["schemas"]["Time"];
            /**
             * @description The activity.
             * @example 100301
             */
            id: string;
            /** @description The first instant of the window. */
            opens_at: components["schemas"]["Time"];
            /** @description Where it is in its life. */
            state: components["schemas"]["ActivityState"];
            /** @description Whose midnights turn days and months. */
            time_zone: string;
            /** @description What users read. */
            title: string;
            /**
             * Format: int32
             * @description The version of the campaign document that decides new draws.
             */
            version: number;
        };
        /**
         * @description Where an activity is in its life.
         * @enum {string}
         */
        ActivityState: "draft" | "open" | "paused" | "closed" | "settled";
        /** @description Where an activity is in its life now. */
        ActivityStateBody: {
            /** @description Whether that is new; otherwise it was in that state before. */
            changed: boolean;
            /**
             * @description The activity.
             * @example 100301
             */
            id: string;
            /** @description Its state now. */
            state: components["schemas"]["ActivityState"];
            /**
             * @description The workflow that closes its books; null while it is open or paused.
             * @example flow_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            workflow_id: string | null;
        };
        /** @description Who made a change. */
        ActorBody: {
            /**
             * @description An API key, an operator, `user:` and an end user, or `system:` and a word.
             * @example oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description What people call the key or operator; null for others. */
            name: string | null;
        };
        /** @description An API key without its secret. */
        ApiKeyBody: {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description The key.
             * @example key_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description What people call it. */
            name: string;
            revoked_at: components["schemas"]["Time"] | null;
            /** @description What it may do. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description A wish for a key. */
        ApiKeyWish: {
            /**
             * @description What people call it: 1 to 100 printable characters.
             * @example shop server
             */
            name: string;
            /** @description What it may do: at least one. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description One attempt to deliver. */
        AttemptBody: {
            /** @description When it began. */
            began_at: components["schemas"]["Time"];
            /** @description What was answered (status and the beginning of the body) or went wrong. */
            detail: string | null;
            /** @description When its result was written. */
            ended_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description The number of the lease it was made under, from 1; numbers of leases without an attempt are left out.
             */
            lease: number;
            /** @description How it ended. */
            outcome: components["schemas"]["AttemptEnd"];
            /** @description The third party's own reference, where it gave one. */
            reference: string | null;
        };
        /**
         * @description How a logged attempt ended.
         * @enum {string}
         */
        AttemptEnd: "delivered" | "retry" | "dead";
        /** @description What was won. */
        AwardBody: {
            /** @description The award, as the campaign document names it. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["AwardKind"];
            /** @description What winners read. */
            title: string;
            /** @description How much, where the award is points or draws. */
            value?: components["schemas"]["ValueBody"];
        };
        /** @description One award. */
        AwardDocument: {
            /**
             * @description What one unit costs the business, in the currency it counts its costs in, as a decimal with at most two places. Settlement
             *     adds it up; absent is nothing.
             */
            cost?: string | null;
            /**
             * Format: uint32
             * @description Seconds between the draw and the dispatch of the award.
             */
            dispatch_after_seconds?: number;
            /**
             * @description Award given instead while this one is locked, won too often by the user, or out of stock. Needed for every award
             *     with `stock`, `unlock_after` or `per_user`.
             */
            fallback?: string | null;
            /** @description Id of the award, unique in the document. */
            id: string;
            /**
             * Format: uint32
             * @description How often one user may win it over the activity's whole life. Absent is without limit.
             */
            per_user?: number | null;
            /** @description What it is and how it reaches the winner. */
            prize: components["schemas"]["PrizeDocument"];
            /**
             * Format: uint64
             * @description How many may ever be won over the activity's whole life. Absent is without limit.
             */
            stock?: number | null;
            /** @description What winners read. */
            title: string;
            /**
             * Format: uint32
             * @description Draws a user must have made today, before this one, to win it.
             */
            unlock_after?: number;
            /**
             * @description Probability as a decimal, such as "0.03". All weights sum to exactly 1. "0" is reached through other rules only.
             * @default 0
             */
            weight: string;
        };
        /**
         * @description The kind of an award, as documents, JSON and SQL write it.
         * @enum {string}
         */
        AwardKind: "points" | "draws" | "webhook" | "coupon" | "goods" | "nothing";
        /**
         * @description Where the promise of an award stands.
         * @enum {string}
         */
        AwardState: "pending" | "dispatched" | "delivered" | "recalled" | "dead";
        /** @description Where the promises of one award stand. */
        AwardTotalsBody: {
            /** @description The award. */
            award_id: string;
            /**
             * Format: int64
             * @description Given up.
             */
            dead: number;
            /**
             * Format: int64
             * @description The winner has it.
             */
            delivered: number;
            /**
             * Format: int64
             * @description Sent, not known to have arrived.
             */
            dispatched: number;
            /**
             * Format: int64
             * @description Promised, nothing has left the house.
             */
            pending: number;
            /**
             * Format: int64
             * @description Taken back before it was delivered.
             */
            recalled: number;
            /**
             * Format: int64
             * @description Times it was won.
             */
            won: number;
        };
        /** @description An award as one user sees it. */
        AwardViewBody: {
            /**
             * Format: int32
             * @description Draws this user still has to make today until a draw can win this: the number the rule uses.
             */
            draws_until_unlock: number;
            /** @description The award. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["AwardKind"];
            /**
             * Format: int32
             * @description How often one user may win it over the activity's whole life; null is without limit.
             */
            per_user: number | null;
            /**
             * Format: int64
             * @description How many are left; null is without limit.
             */
            stock_left: number | null;
            /**
             * Format: int64
             * @description How many there are over the activity's whole life; null is without limit.
             */
            stock_total: number | null;
            /** @description What winners read. */
            title: string;
            /**
             * Format: int32
             * @description Draws a user must have made today, before a draw, for it to win this.
             */
            unlock_after: number;
            /** @description Probability by the strategy's own weights, an exact decimal. */
            weight: string;
            /**
             * Format: int32
             * @description How often this user has won it; null where that is without limit.
             */
            won: number | null;
        };
        /** @description One behaviour that was rewarded. Nothing in it ever changes. */
        BehaviourBody: {
            /** @description Where it was rewarded. */
            activity_id: string;
            /** @description What the user did. */
            behaviour: string;
            /** @description Which time. */
            business_key: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: date
             * @description The local day it counts in.
             */
            day: string;
            /** @description What it earned. */
            grants: components["schemas"]["EarnedBody"][];
            /**
             * @description The record of it.
             * @example beh_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /**
             * Format: int32
             * @description Days in a row up to this one, where the behaviour was daily.
             */
            streak?: number;
            /** @description Who. */
            user_id: string;
            /**
             * Format: int32
             * @description The version of the campaign document that says what it earned.
             */
            version: number;
        };
        /** @description One rewarded behaviour, what it earned by its version, and what it caused. */
        BehaviourStoryBody: components["schemas"]["BehaviourBody"] & {
            /** @description Lines of the user's account that it caused, oldest first. */
            points: components["schemas"]["EntryBody"][];
            /** @description Grants of draws that it caused, oldest first. */
            recharges: components["schemas"]["GrantBody"][];
        };
        /** @description What a user did. */
        BehaviourWish: {
            /**
             * @description Where it is rewarded; in every open activity that rewards it, if absent.
             * @example 100301
             */
            activity_id?: string;
            /**
             * @description What, as the campaign document names it.
             * @example sign_in
             */
            behaviour: string;
            /**
             * @description Which time: the business's own key, such as a payment's number. A daily behaviour takes the day it is in the activity,
             *     and may leave it out.
             * @example pay-7001
             */
            business_key?: string;
            /**
             * @description Who: 1 to 128 bytes of printable text.
             * @example ann
             */
            user_id: string;
        };
        /** @description Users who always get one award. */
        BlacklistDocument: {
            /** @description Id of the award that they and those on the activity's black list get. */
            award: string;
            /** @description What it is worth for them, where the award is points and that differs. */
            points?: components["schemas"]["PointsRangeDocument"] | null;
            /** @description Ids of the users. Operators put more on the black list while the activity runs. */
            users?: string[];
        };
        /** @description What was redriven. */
        BulkRedrivenBody: {
            last_due_at: components["schemas"]["Time"] | null;
            /**
             * Format: int32
             * @description Entries that are pending again.
             */
            redriven: number;
        };
        /** @description Work to be redriven, and how fast. */
        BulkRedriveWish: {
            /**
             * @description Only entries whose last error contains this, letter by letter: 1 to 200 characters.
             * @example answered 503
             */
            error_contains?: string | null;
            kind?: components["schemas"]["AwardKind"] | null;
            /**
             * Format: int64
             * @description Entries at most.
             * @example 1000
             */
            limit: number;
            /**
             * Format: int64
             * @description Entries that come due in one second.
             * @example 10
             */
            per_second: number;
        };
        /** @description A user's way through the days of a behaviour. */
        CalendarBody: {
            /** @description Whether today is done. Never where it is not daily. */
            done_today: boolean;
            /** @description A part of the month, newest first. */
            items: components["schemas"]["BehaviourBody"][];
            /**
             * @description The month of the items.
             * @example 2026-11
             */
            month: string;
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
            next_step: components["schemas"]["StepBody"] | null;
            /**
             * Format: int32
             * @description Days in a row up to today, or up to yesterday while today is missing; 0 where both are, or where it is not daily.
             */
            streak: number;
            /**
             * Format: date
             * @description The local day it is now.
             */
            today: string;
        };
        /**
         * CampaignDocument
         * @description A campaign: an activity with its window, limits, awards, rules, SKUs, rebates and stages.
         *
         *     Every field is kept as written; validation checks them all together and names each fault with its place.
         */
        CampaignDocument: {
            /** @description Id of the activity, such as "100301": letters, digits, '.', '_' and '-', at most 64. */
            activity: string;
            /** @description What can be won, in the order it is shown. */
            awards: components["schemas"]["AwardDocument"][];
            /** @description Users who always get one award. */
            blacklist?: components["schemas"]["BlacklistDocument"] | null;
            /** @description First instant after the window, RFC 3339 with offset. */
            closes_at: string;
            /** @description What users read below the title. */
            description?: string;
            /**
             * @description How many draws a user may make.
             * @default {}
             */
            limits: components["schemas"]["LimitsDocument"];
            /** @description First instant of the window, RFC 3339 with offset, such as "2026-01-01T00:00:00+08:00". */
            opens_at: string;
            /**
             * Format: uint32
             * @description Days after which points that this activity credits expire, 1 to 3650. Absent is never.
             */
            points_expire_after_days?: number | null;
            /** @description What behaviours earn. */
            rebates?: components["schemas"]["RebateDocument"][];
            /** @description What users obtain to get draws. */
            skus?: components["schemas"]["SkuDocument"][];
            /** @description Where the activity is shown. */
            stages?: components["schemas"]["StageDocument"][];
            /** @description Name of the strategy, for people. */
            strategy?: string;
            /** @description Award sets that apply by draws used. */
            tiers?: components["schemas"]["TierDocument"][];
            /** @description IANA time zone whose midnights turn days and months, such as "Asia/Shanghai". */
            time_zone: string;
            /** @description What users read. */
            title: string;
        };
        /** @description Why an award is taken back. */
        CancelWish: {
            /**
             * @description For people: at most 200 characters.
             * @example won by a forged account
             */
            reason?: string;
        };
        /** @description The record of one change. */
        ChangeBody: {
            /**
             * @description What was done.
             * @example campaign.publish
             */
            action: string;
            /** @description Who made it. */
            actor: components["schemas"]["ActorBody"];
            /** @description What it is since; null where it is gone. */
            after: Record<string, never> | null;
            /** @description What it was; null where it was not there. */
            before: Record<string, never> | null;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /**
             * @description The record.
             * @example audit_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /**
             * @description To what.
             * @example activity 100301
             */
            subject: string;
        };
        /** @description The outcome of a look at a settled day. */
        CheckBody: {
            /** @description Whether a correction was added; otherwise what holds was found again. */
            corrected: boolean;
            /** @description The day with all its corrections. */
            settlement: components["schemas"]["SettlementBody"];
        };
        /** @description A winner's claim. */
        ClaimBody: {
            /**
             * @description The award that is claimed.
             * @example award_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            award_record_id: string;
            /** @description Since when the claim reads like this. */
            claimed_at: components["schemas"]["Time"];
            /** @description Where it goes. */
            recipient: components["schemas"]["RecipientBody"];
            /** @description When it was sent. */
            shipped_at?: components["schemas"]["Time"];
            /** @description The carrier's number or words. */
            tracking?: string;
            /** @description The winner. */
            user_id: string;
        };
        /** @description Where a winner wants goods sent. */
        ClaimWish: {
            /** @description 1 to 6 lines of 1 to 200 characters. */
            address: string[];
            /** @description Who takes the parcel: 1 to 100 characters. */
            name: string;
            /** @description What the sender should know: at most 500 characters. */
            note?: string | null;
            /** @description Where to call: 1 to 40 characters. */
            phone: string;
            /**
             * @description The winner.
             * @example ann
             */
            user_id: string;
        };
        /**
         * @description Every code a problem can have. Part of the public contract: a code never changes its meaning or its status.
         * @enum {string}
         */
        Code: "invalid_request" | "malformed_json" | "idempotency_key_missing" | "unauthenticated" | "forbidden" | "csrf_failed" | "not_found" | "method_not_allowed" | "activity_not_open" | "activity_not_started" | "activity_ended" | "quota_exhausted" | "user_blocked" | "sku_sold_out" | "claim_expired" | "insufficient_points" | "conflict" | "second_person_needed" | "payload_too_large" | "unsupported_media_type" | "request_reused" | "invalid_document" | "too_many_attempts" | "internal" | "try_again" | "not_ready";
        /** @description What became of a file of codes. */
        CodesLoadedBody: {
            /**
             * Format: int64
             * @description Codes that were new.
             */
            added: number;
            /**
             * Format: int64
             * @description Codes that nobody has.
             */
            left: number;
            /**
             * Format: int64
             * @description Codes that the pool had already.
             */
            repeated: number;
        };
        /** @description What a later look at a settled day found instead. */
        CorrectionBody: {
            /** @description The sums that are others than before. */
            changes: components["schemas"]["SumChangeBody"][];
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /** @description The rows that differed then. */
            differences: components["schemas"]["DifferenceBody"][];
            /**
             * Format: int32
             * @description Its number among the day's corrections, from 1. The last one holds.
             */
            number: number;
            /** @description Whether books, draws and replay agreed then. */
            state: components["schemas"]["SettlementState"];
            /** @description All sums since. */
            sums: components["schemas"]["RollUpBody"];
        };
        /** @description A pool of codes, and what may be asked of it. */
        CouponPoolBody: {
            /**
             * Format: int64
             * @description Codes that documents in force may still promise; null where an award without stock uses the pool.
             */
            can_still_be_won: number | null;
            /**
             * Format: int64
             * @description Codes that nobody has.
             */
            left: number;
            /**
             * @description Its name, as documents use it.
             * @example payment
             */
            pool: string;
            /**
             * Format: int64
             * @description Awards that were promised and wait for their codes.
             */
            promised: number;
            /**
             * Format: int64
             * @description Codes to load so that no winner waits; null where no number is enough.
             */
            shortage: number | null;
            /**
             * Format: int64
             * @description Codes that belong to awards.
             */
            taken: number;
            /**
             * Format: int64
             * @description Codes ever loaded.
             */
            total: number;
        };
        /** @description The session a request came with, where it came with one. */
        CurrentSessionBody: {
            /** @description Send it as `X-CSRF-Token` with everything that changes something. */
            csrf_token: string | null;
            expires_at: components["schemas"]["Time"] | null;
            operator: components["schemas"]["SessionOperatorBody"] | null;
        };
        /** @description A row by which books, draws and replay differ. */
        DifferenceBody: {
            /** @description What is wrong with it, with the numbers. */
            detail: string;
            /** @description The invariant it breaks. */
            invariant: components["schemas"]["Invariant"];
            /** @description The row, by its name. */
            subject: string;
        };
        /**
         * @description Which way a run goes.
         * @enum {string}
         */
        Direction: "forward" | "back";
        /** @description One fault of a campaign document: where it is, what is wrong, and how to mend it. */
        DocumentFault: {
            /** @description What to do about it. */
            mend: string;
            /** @description What is wrong. */
            message: string;
            /** @description Path into the document, such as `awards[2].weight`; a line and a column where the text cannot be read at all. */
            path: string;
        };
        /**
         * @description How a document is written.
         * @enum {string}
         */
        DocumentFormat: "toml" | "json" | "jsonc";
        /** @description What there is to edit of an activity. */
        DocumentsBody: {
            /** @description The activity. */
            activity_id: string;
            current: components["schemas"]["VersionBody"] | null;
            draft: components["schemas"]["DraftBody"] | null;
        };
        /** @description What a document was read from. */
        DocumentSource: {
            /** @description How it is written. */
            format: components["schemas"]["DocumentFormat"];
            /** @description The text, to the letter. */
            text: string;
        };
        /** @description A document being edited. */
        DraftBody: {
            /** @description The whole document. */
            document: components["schemas"]["CampaignDocument"];
            /** @description Names what it says: the `ETag` of the draft without its quotes. */
            draft_hash: string;
            /** @description What stands in the way of publishing it; empty where nothing does. */
            faults: components["schemas"]["DocumentFault"][];
            /** @description Who saved it last: the name of an operator or API key, or the product itself. */
            saved_by: string;
            source: components["schemas"]["DocumentSource"] | null;
            /** @description When it was last saved. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description A draft among others. */
        DraftLineBody: {
            /**
             * @description The activity; it may never have been published.
             * @example spring
             */
            activity_id: string;
            /** @description Who saved it last: the name of an operator or API key, or the product itself. */
            saved_by: string;
            /** @description What users will read. */
            title: string;
            /** @description When it was last saved. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description One spent draw: who, what, and why. Nothing in it ever changes. */
        DrawBody: {
            /** @description In which activity. */
            activity_id: string;
            /** @description What was won. */
            award: components["schemas"]["AwardBody"];
            /**
             * Format: date
             * @description The day it counts in, by the activity's time zone.
             */
            day: string;
            /** @description When. */
            drawn_at: components["schemas"]["Time"];
            /**
             * @description The draw.
             * @example draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /**
             * Format: int32
             * @description Position within the request, from 0.
             */
            index: number;
            /** @description Why. */
            reason: components["schemas"]["ReasonBody"];
            /**
             * @description Path of its receipt.
             * @example /v1/draws/draw_01J9ZZZZZZZZZZZZZZZZZZZZZZ/receipt
             */
            receipt: string;
            /** @description The Idempotency-Key it was asked for with. */
            request_id: string;
            /** @description The chance, in hexadecimal: HMAC-SHA256 of the draw, keyed by the day's seed. */
            roll: string;
            /** @description The user's list and wins of limited awards before this one; absent where there is neither. */
            standing?: components["schemas"]["StandingBody"];
            /**
             * Format: int32
             * @description Draws used in the activity before this one.
             */
            used_before: number;
            /**
             * Format: int32
             * @description Draws used that day before this one.
             */
            used_today_before: number;
            /** @description Who drew. */
            user_id: string;
            /**
             * Format: int32
             * @description The version of the campaign document that decided.
             */
            version: number;
        };
        /** @description The draws of one request. Nothing in it ever changes. */
        DrawsBody: {
            /** @description In the order they were made. */
            draws: components["schemas"]["DrawBody"][];
        };
        /** @description One draw from its facts to its last effect. */
        DrawStoryBody: {
            /**
             * @description Attempts that called somebody outside or failed, oldest first. Points and draws that come at once need none: `points` and
             *     `recharges` are the evidence.
             */
            attempts: components["schemas"]["AttemptBody"][];
            /** @description The promise of what was won, and where it stands. */
            award: components["schemas"]["UserAwardBody"];
            /** @description The draw: request, facts, version, roll, what it won and why. */
            draw: components["schemas"]["DrawBody"];
            /** @description Awards that it passed over, from the one picked to the one before the one won. */
            passed_over: components["schemas"]["PassedOverBody"][];
            /** @description Lines of the winner's account that it caused, oldest first. */
            points: components["schemas"]["EntryBody"][];
            /** @description Grants of draws that it caused, oldest first. */
            recharges: components["schemas"]["GrantBody"][];
            work: components["schemas"]["OutboxEntryBody"] | null;
        };
        /** @description A wish to draw. */
        DrawWish: {
            /**
             * Format: int64
             * @description How many draws: all of them or none.
             * @default 1
             */
            count: number;
            /**
             * @description Who draws, in the business's own words: 1 to 128 bytes of printable text.
             * @example ann
             */
            user_id: string;
        };
        /** @description One thing a behaviour earned: draws, points, or both. */
        EarnedBody: {
            /**
             * Format: int32
             * @description How many draws.
             */
            draws?: number;
            /**
             * @description Points credited, a decimal with two places.
             * @example 10.00
             */
            points?: string;
            /** @description Whose draws were granted. */
            sku?: string;
            /**
             * Format: int32
             * @description The days in a row it is for; absent for what every time earns.
             */
            streak?: number;
        };
        /** @description A wish to give a user points. */
        EarnWish: {
            /**
             * @description How much: a decimal with at most two places, above zero and at most ten billion.
             * @example 12.50
             */
            amount: string;
            /**
             * Format: date-time
             * @description When what is left of them expires; never where it is absent.
             * @example 2027-01-01T00:00:00.000Z
             */
            expires_at?: string | null;
            /**
             * @description What to show with it: 1 to 200 printable characters.
             * @example order 7001
             */
            note?: string | null;
        };
        /** @description One line of a user's account. */
        EntryBody: {
            /** @description What moved: above zero to the user. */
            amount: string;
            /** @description The balance after it. */
            balance: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /**
             * @description The transfer it belongs to.
             * @example xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description What caused it: the promise of an award, a hold, the Idempotency-Key of a request. */
            key: string;
            /** @description What its caller says about it, where it says something. */
            note?: string;
            /** @description Why. */
            reason: components["schemas"]["TransferReason"];
        };
        /** @description What is left of points that were credited together and expire together. */
        ExpiringBody: {
            /**
             * @description How much.
             * @example 5.00
             */
            amount: string;
            /** @description When. */
            expires_at: components["schemas"]["Time"];
        };
        /**
         * @description Why a fallback was given.
         * @enum {string}
         */
        Fallback: "locked" | "out_of_stock" | "user_limit" | "grey_list";
        /** @description One invariant. */
        FindingBody: {
            /** @description Whether it does. */
            holds: boolean;
            /** @description Which one. */
            invariant: components["schemas"]["Invariant"];
            /** @description What must hold. */
            statement: string;
            /** @description Rows for which it does not, at most `reconcile.rows_max`. */
            violations: components["schemas"]["ViolationBody"][];
        };
        /** @description One fire of one job. */
        FireBody: {
            /** @description Who runs or ran it; of several parts the latest to take one. */
            claimed_by: string | null;
            claimed_until: components["schemas"]["Time"] | null;
            /** @description When it was meant to run. */
            due_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description How long it took, in milliseconds.
             */
            duration_ms: number | null;
            finished_at: components["schemas"]["Time"] | null;
            /** @description The job. */
            job: string;
            /**
             * Format: int64
             * @description How late it began, in milliseconds.
             */
            late_ms: number | null;
            /** @description How it ended, in words; before it ended, how many fires before it were let go. */
            outcome: string | null;
            /** @description Its parts, each run alone; none where it runs in one piece. */
            parts: components["schemas"]["FirePartBody"][];
            /** @description Who asked for it; null where its schedule did. */
            requested_by: string | null;
            started_at: components["schemas"]["Time"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["FireState"];
        };
        /** @description One part of a fire. */
        FirePartBody: {
            /** @description Who runs or ran it. */
            claimed_by: string | null;
            claimed_until: components["schemas"]["Time"] | null;
            /**
             * Format: int64
             * @description How long it took, in milliseconds.
             */
            duration_ms: number | null;
            finished_at: components["schemas"]["Time"] | null;
            /** @description How it ended, in words. */
            outcome: string | null;
            /**
             * Format: int32
             * @description Which one, from 1.
             */
            part: number;
            started_at: components["schemas"]["Time"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["FireState"];
        };
        /** @description Fires, newest first. */
        FiresBody: {
            /** @description As many as wanted, and those that were due at the same instant as the last one. */
            items: components["schemas"]["FireBody"][];
            next_before: components["schemas"]["Time"] | null;
        };
        /**
         * @description Where a fire, or a part of one, stands.
         * @enum {string}
         */
        FireState: "due" | "running" | "done" | "failed" | "skipped";
        /** @description Goods that somebody won. */
        GoodsBody: {
            /** @description Where it was won. */
            activity_id: string;
            /** @description Which award of the document. */
            award_id: string;
            /**
             * @description The award. It names the goods in other routes.
             * @example award_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            award_record_id: string;
            claim: components["schemas"]["ClaimBody"] | null;
            claim_by: components["schemas"]["Time"] | null;
            /** @description How far it has come. */
            state: components["schemas"]["GoodsState"];
            /** @description What winners read. */
            title: string;
            /** @description The winner. */
            user_id: string;
            /** @description When it was won. */
            won_at: components["schemas"]["Time"];
        };
        /**
         * @description How far goods have come.
         * @enum {string}
         */
        GoodsState: "unclaimed" | "claimed" | "shipped";
        /** @description One grant of draws. */
        GrantBody: {
            /** @description In which activity. */
            activity_id: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description How many draws.
             */
            draws: number;
            /**
             * @description The order.
             * @example rech_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description By which SKU. */
            sku: string;
            /** @description Why: `request`, `award`, `redemption` or `rebate`. */
            source: string;
            /** @description Which one: the Idempotency-Key, or the id of what caused it. */
            source_key: string;
        };
        /** @description A guest. */
        GuestBody: {
            /** @description Where they draw. */
            activity_id: string;
            /** @description From when on it is worth nothing. */
            expires_at: components["schemas"]["Time"];
            /** @description What the page sends as `Authorization: Bearer TOKEN`. */
            token: string;
            /**
             * @description Who they are from now on.
             * @example guest-5f0c2b9a1d3e
             */
            user_id: string;
        };
        /** @description All is well. */
        HealthBody: {
            /**
             * @description `ok`.
             * @example ok
             */
            status: string;
        };
        /** @description Points set aside. Nothing in it ever changes, so it says nothing about the end. */
        HoldBody: {
            /** @description How much. */
            amount: string;
            /** @description The balance after it. */
            balance: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /** @description From then on it can only be released, where there is such a time. */
            expires_at?: components["schemas"]["Time"];
            /**
             * @description The hold.
             * @example hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description The Idempotency-Key it was asked for with. */
            request_id: string;
            /** @description The transfer that set it aside. */
            transfer_id: string;
            /** @description Whose. */
            user_id: string;
        };
        /** @description The end of a hold. Nothing in it ever changes. */
        HoldEndBody: {
            /** @description How much. */
            amount: string;
            /** @description When. */
            ended_at: components["schemas"]["Time"];
            /**
             * @description The hold.
             * @example hold_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description How it ended. */
            state: components["schemas"]["HoldState"];
            /** @description The transfer that ended it. */
            transfer_id: string;
            /** @description Whose. */
            user_id: string;
        };
        /**
         * @description Where points that were set aside are.
         * @enum {string}
         */
        HoldState: "held" | "captured" | "released";
        /** @description A hold with where it stands. */
        HoldStateBody: components["schemas"]["HoldBody"] & {
            /** @description When it ended. */
            ended_at?: components["schemas"]["Time"];
            /**
             * @description The transfer that ended it.
             * @example xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            ended_by?: string;
            /** @description Where it stands. One whose time is over stays `held` until it is released. */
            state: components["schemas"]["HoldState"];
        };
        /** @description A wish to set points of a user aside. */
        HoldWish: {
            /**
             * @description How much: a decimal with at most two places, above zero and at most ten billion.
             * @example 12.50
             */
            amount: string;
            /**
             * Format: date-time
             * @description From then on they can only be released, and are; never where it is absent.
             * @example 2027-01-01T00:00:00.000Z
             */
            expires_at?: string | null;
        };
        /**
         * @description One of the six invariants.
         * @enum {string}
         */
        Invariant: "stock" | "quota" | "ledger" | "awards" | "outbox" | "replay";
        /** @description A list that is small enough to be given whole. */
        Items_ActivityLineBody: {
            /** @description All of it. */
            items: {
                /** @description The first instant after the window. */
                closes_at: components["schemas"]["Time"];
                /**
                 * @description The activity.
                 * @example 100301
                 */
                id: string;
                /** @description The first instant of the window. */
                opens_at: components["schemas"]["Time"];
                /** @description Where it is in its life. */
                state: components["schemas"]["ActivityState"];
                /** @description Whose midnights turn days and months. */
                time_zone: string;
                /** @description What users read. */
                title: string;
                /**
                 * Format: int32
                 * @description The version of the campaign document that decides new draws.
                 */
                version: number;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_ApiKeyBody: {
            /** @description All of it. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Time"];
                /**
                 * @description The key.
                 * @example key_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /** @description What people call it. */
                name: string;
                revoked_at: components["schemas"]["Time"] | null;
                /** @description What it may do. */
                scopes: components["schemas"]["Scope"][];
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_AwardViewBody: {
            /** @description All of it. */
            items: {
                /**
                 * Format: int32
                 * @description Draws this user still has to make today until a draw can win this: the number the rule uses.
                 */
                draws_until_unlock: number;
                /** @description The award. */
                id: string;
                /** @description What it is. */
                kind: components["schemas"]["AwardKind"];
                /**
                 * Format: int32
                 * @description How often one user may win it over the activity's whole life; null is without limit.
                 */
                per_user: number | null;
                /**
                 * Format: int64
                 * @description How many are left; null is without limit.
                 */
                stock_left: number | null;
                /**
                 * Format: int64
                 * @description How many there are over the activity's whole life; null is without limit.
                 */
                stock_total: number | null;
                /** @description What winners read. */
                title: string;
                /**
                 * Format: int32
                 * @description Draws a user must have made today, before a draw, for it to win this.
                 */
                unlock_after: number;
                /** @description Probability by the strategy's own weights, an exact decimal. */
                weight: string;
                /**
                 * Format: int32
                 * @description How often this user has won it; null where that is without limit.
                 */
                won: number | null;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_BehaviourBody: {
            /** @description All of it. */
            items: {
                /** @description Where it was rewarded. */
                activity_id: string;
                /** @description What the user did. */
                behaviour: string;
                /** @description Which time. */
                business_key: string;
                /** @description When. */
                created_at: components["schemas"]["Time"];
                /**
                 * Format: date
                 * @description The local day it counts in.
                 */
                day: string;
                /** @description What it earned. */
                grants: components["schemas"]["EarnedBody"][];
                /**
                 * @description The record of it.
                 * @example beh_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /**
                 * Format: int32
                 * @description Days in a row up to this one, where the behaviour was daily.
                 */
                streak?: number;
                /** @description Who. */
                user_id: string;
                /**
                 * Format: int32
                 * @description The version of the campaign document that says what it earned.
                 */
                version: number;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_CouponPoolBody: {
            /** @description All of it. */
            items: {
                /**
                 * Format: int64
                 * @description Codes that documents in force may still promise; null where an award without stock uses the pool.
                 */
                can_still_be_won: number | null;
                /**
                 * Format: int64
                 * @description Codes that nobody has.
                 */
                left: number;
                /**
                 * @description Its name, as documents use it.
                 * @example payment
                 */
                pool: string;
                /**
                 * Format: int64
                 * @description Awards that were promised and wait for their codes.
                 */
                promised: number;
                /**
                 * Format: int64
                 * @description Codes to load so that no winner waits; null where no number is enough.
                 */
                shortage: number | null;
                /**
                 * Format: int64
                 * @description Codes that belong to awards.
                 */
                taken: number;
                /**
                 * Format: int64
                 * @description Codes ever loaded.
                 */
                total: number;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_JobBody: {
            /** @description All of it. */
            items: {
                last_fire: components["schemas"]["FireBody"] | null;
                /** @description What happens to fires that nobody was there for. */
                misfire: components["schemas"]["Misfire"];
                /**
                 * @description The job.
                 * @example relay_outbox
                 */
                name: string;
                next_at: components["schemas"]["Time"] | null;
                /**
                 * Format: int32
                 * @description In how many parts a fire runs.
                 */
                parts: number;
                paused: components["schemas"]["PauseBody"] | null;
                /** @description What it does, in a sentence. */
                purpose: string;
                /** @description Its last hundred fires, by where they stand. */
                recent: components["schemas"]["RecentBody"];
                running: components["schemas"]["FireBody"] | null;
                /**
                 * @description When it runs: second minute hour day month weekday, in UTC.
                 * @example *\/5 * * * * *
                 */
                schedule: string;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_OperatorBody: {
            /** @description All of it. */
            items: {
                /** @description When they were added. */
                created_at: components["schemas"]["Time"];
                disabled_at: components["schemas"]["Time"] | null;
                /**
                 * @description The operator.
                 * @example oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                locked_until: components["schemas"]["Time"] | null;
                /** @description What they are called. */
                name: string;
                /** @description What they may do. */
                role: components["schemas"]["Role"];
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_ProcessBody: {
            /** @description All of it. */
            items: {
                /** @description Whether it lives: it did not end in order, and said so within the last 20 seconds. */
                alive: boolean;
                /** @description The machine it runs on, as that calls itself. */
                host: string;
                /**
                 * @description This start of it.
                 * @example proc_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /**
                 * Format: int32
                 * @description Its number there.
                 */
                pid: number;
                /** @description What it does: serve HTTP, run jobs, or both. */
                role: components["schemas"]["ProcessRole"];
                /** @description When it last said that it lives. */
                seen_at: components["schemas"]["Time"];
                /** @description When it began. */
                started_at: components["schemas"]["Time"];
                stopped_at: components["schemas"]["Time"] | null;
                /** @description The version of its binary. */
                version: string;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_SkuBody: {
            /** @description All of it. */
            items: {
                /**
                 * Format: int32
                 * @description Draws it grants.
                 */
                draws: number;
                /**
                 * @description What it costs in points, a decimal with two places.
                 * @example 20.00
                 */
                price: string;
                /**
                 * @description The SKU.
                 * @example 9013
                 */
                sku: string;
                /**
                 * Format: int64
                 * @description How many are left; null is without limit.
                 */
                stock_left: number | null;
                /**
                 * Format: int64
                 * @description How many there are over the activity's whole life; null is without limit.
                 */
                stock_total: number | null;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_StagedActivityBody: {
            /** @description All of it. */
            items: {
                /** @description The first instant after the window. */
                closes_at: components["schemas"]["Time"];
                /**
                 * @description The activity.
                 * @example 100301
                 */
                id: string;
                /** @description The first instant of the window. */
                opens_at: components["schemas"]["Time"];
                /** @description When that version was published. */
                published_at: components["schemas"]["Time"];
                /** @description `open`, or `paused` while it accepts no draws for now. */
                state: components["schemas"]["ActivityState"];
                /** @description What users read. */
                title: string;
                /**
                 * Format: int32
                 * @description The version of the campaign document that is current.
                 */
                version: number;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_VersionBody: {
            /** @description All of it. */
            items: {
                /** @description The whole document. */
                document: components["schemas"]["CampaignDocument"];
                /** @description When. */
                published_at: components["schemas"]["Time"];
                /** @description Name of the operator or API key that published it, or `command line`. */
                published_by: string;
                source: components["schemas"]["DocumentSource"] | null;
                /**
                 * Format: int32
                 * @description Its number, counted from 1.
                 */
                version: number;
            }[];
        };
        /** @description A list that is small enough to be given whole. */
        Items_WinnerBody: {
            /** @description All of it. */
            items: {
                /** @description What was won. */
                award: components["schemas"]["AwardBody"];
                /** @description When. */
                drawn_at: components["schemas"]["Time"];
                /**
                 * @description The winner, with all but the first and the last letter masked.
                 * @example a***n
                 */
                user: string;
            }[];
        };
        /** @description A scheduled job. */
        JobBody: {
            last_fire: components["schemas"]["FireBody"] | null;
            /** @description What happens to fires that nobody was there for. */
            misfire: components["schemas"]["Misfire"];
            /**
             * @description The job.
             * @example relay_outbox
             */
            name: string;
            next_at: components["schemas"]["Time"] | null;
            /**
             * Format: int32
             * @description In how many parts a fire runs.
             */
            parts: number;
            paused: components["schemas"]["PauseBody"] | null;
            /** @description What it does, in a sentence. */
            purpose: string;
            /** @description Its last hundred fires, by where they stand. */
            recent: components["schemas"]["RecentBody"];
            running: components["schemas"]["FireBody"] | null;
            /**
             * @description When it runs: second minute hour day month weekday, in UTC.
             * @example *\/5 * * * * *
             */
            schedule: string;
        };
        /** @description A user that was found. */
        KnownUserBody: {
            /**
             * @description Who, in the business's own words.
             * @example ann
             */
            id: string;
        };
        /** @description Draws a user may make in the activity's local day and month; null is without limit. */
        LimitsBody: {
            /**
             * Format: int32
             * @description In one day.
             */
            day: number | null;
            /**
             * Format: int32
             * @description In one month.
             */
            month: number | null;
        };
        /** @description Draws a user may make in the activity's local day and month. Absent is without limit. */
        LimitsDocument: {
            /**
             * Format: uint32
             * @description Draws in one day.
             */
            day?: number | null;
            /**
             * Format: uint32
             * @description Draws in one month.
             */
            month?: number | null;
        };
        /** @description A user on a list. */
        ListedUserBody: {
            /** @description Where. */
            activity_id: string;
            /** @description Since when. */
            created_at: components["schemas"]["Time"];
            /** @description Which list. */
            list: components["schemas"]["UserList"];
            /** @description Why, for people. */
            reason: string | null;
            /** @description Who. */
            user_id: string;
        };
        /** @description A wish to put a user on a list. */
        ListWish: {
            /**
             * @description Why, for people.
             * @example seventeen accounts of one device
             */
            reason?: string | null;
        };
        /**
         * @description What happens to fires whose time passed while nobody was there.
         * @enum {string}
         */
        Misfire: "skip" | "once" | "all";
        /** @description An API key with its secret, which is shown this once. */
        NewApiKeyBody: components["schemas"]["ApiKeyBody"] & {
            /** @description What callers send as `Authorization: Bearer SECRET`. It is not stored and cannot be shown again. */
            secret: string;
        };
        /** @description The probability of one award. */
        OddsBody: {
            /** @description The award. */
            award_id: string;
            /** @description What it is. */
            kind: components["schemas"]["AwardKind"];
            /**
             * @description An exact decimal. `0` is won through tiers, the blacklist or as a fallback only.
             * @example 0.03
             */
            probability: string;
            /** @description What winners read. */
            title: string;
        };
        /** @description A person who runs campaigns. */
        OperatorBody: {
            /** @description When they were added. */
            created_at: components["schemas"]["Time"];
            disabled_at: components["schemas"]["Time"] | null;
            /**
             * @description The operator.
             * @example oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            locked_until: components["schemas"]["Time"] | null;
            /** @description What they are called. */
            name: string;
            /** @description What they may do. */
            role: components["schemas"]["Role"];
        };
        /** @description What is to be different about an operator: at least one of these. */
        OperatorChangeWish: {
            /** @description Whether they may no longer sign in. Ends their sessions. */
            disabled?: boolean | null;
            /**
             * Format: password
             * @description What they sign in with: 12 to 128 characters. Ends their sessions and their lock.
             */
            password?: string | null;
            role?: components["schemas"]["Role"] | null;
        };
        /** @description A wish for an operator. */
        OperatorWish: {
            /**
             * @description What they are called: 1 to 64 printable characters. Upper and lower case are the same name.
             * @example grace
             */
            name: string;
            /**
             * Format: password
             * @description What they sign in with: 12 to 128 characters.
             */
            password: string;
            /** @description What they may do. */
            role: components["schemas"]["Role"];
        };
        /** @description How much promised work stands where. */
        OutboxCountsBody: {
            /**
             * Format: int64
             * @description It was given up.
             */
            dead: number;
            /**
             * Format: int64
             * @description It is finished, and not yet pruned.
             */
            done: number;
            /**
             * Format: int64
             * @description A worker has it.
             */
            leased: number;
            /**
             * Format: int64
             * @description Waits until it is due, or for a worker.
             */
            pending: number;
        };
        /** @description Work promised in the same transaction as the fact it follows from. */
        OutboxEntryBody: {
            /**
             * Format: int32
             * @description Attempts begun.
             */
            attempts: number;
            /** @description The promise it fulfils. */
            award_record_id: string;
            /** @description When it was promised. */
            created_at: components["schemas"]["Time"];
            ended_at: components["schemas"]["Time"] | null;
            /**
             * @description The work.
             * @example out_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description Why the last attempt did not finish it. */
            last_error: string | null;
            /** @description When it is due, or was. */
            run_at: components["schemas"]["Time"];
            /** @description Where it stands. */
            state: components["schemas"]["OutboxState"];
            /** @description Whose. */
            user_id: string;
            /** @description Why an operator wants the award back, where a third party has to let go of it first. */
            wanted_back: string | null;
        };
        /**
         * @description Where a piece of promised work stands.
         * @enum {string}
         */
        OutboxState: "pending" | "leased" | "done" | "dead";
        /** @description Draws of a while that has just passed. */
        PaceBody: {
            /** @description The activity. */
            activity_id: string;
            /** @description When the while ended: shortly before now, so that every draw of it is written. */
            at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Draws that every server together made within it.
             */
            draws: number;
            /**
             * Format: int32
             * @description How long it was.
             * @example 10
             */
            seconds: number;
        };
        /** @description A part of a list, newest first. */
        Part_ChangeBody: {
            /** @description The part. */
            items: {
                /**
                 * @description What was done.
                 * @example campaign.publish
                 */
                action: string;
                /** @description Who made it. */
                actor: components["schemas"]["ActorBody"];
                /** @description What it is since; null where it is gone. */
                after: Record<string, never> | null;
                /** @description What it was; null where it was not there. */
                before: Record<string, never> | null;
                /** @description When. */
                created_at: components["schemas"]["Time"];
                /**
                 * @description The record.
                 * @example audit_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /**
                 * @description To what.
                 * @example activity 100301
                 */
                subject: string;
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_DraftLineBody: {
            /** @description The part. */
            items: {
                /**
                 * @description The activity; it may never have been published.
                 * @example spring
                 */
                activity_id: string;
                /** @description Who saved it last: the name of an operator or API key, or the product itself. */
                saved_by: string;
                /** @description What users will read. */
                title: string;
                /** @description When it was last saved. */
                updated_at: components["schemas"]["Time"];
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_GoodsBody: {
            /** @description The part. */
            items: {
                /** @description Where it was won. */
                activity_id: string;
                /** @description Which award of the document. */
                award_id: string;
                /**
                 * @description The award. It names the goods in other routes.
                 * @example award_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                award_record_id: string;
                claim: components["schemas"]["ClaimBody"] | null;
                claim_by: components["schemas"]["Time"] | null;
                /** @description How far it has come. */
                state: components["schemas"]["GoodsState"];
                /** @description What winners read. */
                title: string;
                /** @description The winner. */
                user_id: string;
                /** @description When it was won. */
                won_at: components["schemas"]["Time"];
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_KnownUserBody: {
            /** @description The part. */
            items: {
                /**
                 * @description Who, in the business's own words.
                 * @example ann
                 */
                id: string;
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_ListedUserBody: {
            /** @description The part. */
            items: {
                /** @description Where. */
                activity_id: string;
                /** @description Since when. */
                created_at: components["schemas"]["Time"];
                /** @description Which list. */
                list: components["schemas"]["UserList"];
                /** @description Why, for people. */
                reason: string | null;
                /** @description Who. */
                user_id: string;
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_OutboxEntryBody: {
            /** @description The part. */
            items: {
                /**
                 * Format: int32
                 * @description Attempts begun.
                 */
                attempts: number;
                /** @description The promise it fulfils. */
                award_record_id: string;
                /** @description When it was promised. */
                created_at: components["schemas"]["Time"];
                ended_at: components["schemas"]["Time"] | null;
                /**
                 * @description The work.
                 * @example out_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /** @description Why the last attempt did not finish it. */
                last_error: string | null;
                /** @description When it is due, or was. */
                run_at: components["schemas"]["Time"];
                /** @description Where it stands. */
                state: components["schemas"]["OutboxState"];
                /** @description Whose. */
                user_id: string;
                /** @description Why an operator wants the award back, where a third party has to let go of it first. */
                wanted_back: string | null;
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_RedemptionStateBody: {
            /** @description The part. */
            items: (components["schemas"]["RedemptionBody"] & {
                /** @description When it was taken back. */
                reversed_at?: components["schemas"]["Time"];
                /** @description Where it stands. */
                state: components["schemas"]["RedemptionState"];
            })[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_SettlementBody: {
            /** @description The part. */
            items: {
                /** @description What was found later, first to last. */
                corrections: components["schemas"]["CorrectionBody"][];
                /**
                 * Format: date
                 * @description The day, in the activity's time zone.
                 */
                day: string;
                /** @description The rows that differed; empty where everything agreed. */
                differences: components["schemas"]["DifferenceBody"][];
                /** @description When it was settled. */
                settled_at: components["schemas"]["Time"];
                /** @description Whether books, draws and replay agreed when it was settled. */
                state: components["schemas"]["SettlementState"];
                /** @description What the day came to when it was settled. */
                sums: components["schemas"]["RollUpBody"];
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_TimelineBody: {
            /** @description The part. */
            items: ((components["schemas"]["DrawStoryBody"] & {
                /** @enum {string} */
                kind: "draw";
            }) | (components["schemas"]["RedemptionStoryBody"] & {
                /** @enum {string} */
                kind: "redemption";
            }) | (components["schemas"]["BehaviourStoryBody"] & {
                /** @enum {string} */
                kind: "behaviour";
            }) | (components["schemas"]["GrantBody"] & {
                /** @enum {string} */
                kind: "recharge";
            }) | (components["schemas"]["EntryBody"] & {
                /** @enum {string} */
                kind: "points";
            }))[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_UserAwardBody: {
            /** @description The part. */
            items: {
                /** @description Where it was won. */
                activity_id: string;
                /** @description What was won. */
                award: components["schemas"]["AwardBody"];
                /** @description Goods: when they can no longer be claimed. */
                claim_by?: components["schemas"]["Time"];
                /** @description Goods: when they were claimed. */
                claimed_at?: components["schemas"]["Time"];
                /** @description When it was promised. */
                created_at: components["schemas"]["Time"];
                /** @description When the winner got it. */
                delivered_at?: components["schemas"]["Time"];
                /** @description When it may be dispatched. */
                dispatch_at: components["schemas"]["Time"];
                /** @description The draw that won it. */
                draw_id: string;
                /**
                 * @description The promise. Third parties get it as the key of the delivery.
                 * @example award_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /** @description What the winner needs: a coupon's code, the carrier's number of goods, a third party's own reference. */
                reference?: string;
                /** @description Where it stands. */
                state: components["schemas"]["AwardState"];
                /**
                 * Format: int32
                 * @description The version of the campaign document that describes it.
                 */
                version: number;
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_UserDrawBody: {
            /** @description The part. */
            items: (components["schemas"]["DrawBody"] & {
                /** @description Where the promise of its award stands. */
                award_state: components["schemas"]["AwardState"];
            })[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description A part of a list, newest first. */
        Part_WorkflowBody: {
            /** @description The part. */
            items: {
                /**
                 * Format: int32
                 * @description Tries of that step.
                 */
                attempts: number;
                /** @description What its steps found out. */
                data: Record<string, never>;
                /** @description `forward` while steps are done, `back` while they are undone. */
                direction: components["schemas"]["Direction"];
                ended_at: components["schemas"]["Time"] | null;
                /**
                 * @description The run.
                 * @example flow_01J9ZZZZZZZZZZZZZZZZZZZZZZ
                 */
                id: string;
                /**
                 * @description Which workflow.
                 * @example close_activity
                 */
                kind: string;
                /** @description Why the last try did not finish the step, or what it waits for. */
                last_error: string | null;
                /**
                 * Format: int32
                 * @description The number of this run among those of its kind and subject, from 1.
                 */
                run: number;
                run_at: components["schemas"]["Time"] | null;
                /** @description When it was started. */
                started_at: components["schemas"]["Time"];
                /** @description How it stands. */
                state: components["schemas"]["WorkflowState"];
                /**
                 * @description The step that is done or undone next; null once it has ended.
                 * @example settle
                 */
                step: string | null;
                /**
                 * @description What it is about.
                 * @example 100301
                 */
                subject: string;
            }[];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description An award that was not given, and why. */
        PassedOverBody: {
            /** @description The award. */
            award_id: string;
            /** @description Why not. */
            why: components["schemas"]["Fallback"];
        };
        /** @description A wish for another password. */
        PasswordWish: {
            /**
             * Format: password
             * @description The password from now on: 12 to 128 characters.
             */
            new_password: string;
            /**
             * Format: password
             * @description The password until now.
             */
            password: string;
        };
        /** @description A pause that lasts. */
        PauseBody: {
            /**
             * @description Who paused it: an API key, an operator, or the product itself.
             * @example key_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            by: string;
            /** @description Since when. */
            since: components["schemas"]["Time"];
        };
        /** @description A user's balance, and a part of what made it. */
        PointsBody: {
            /**
             * @description Points the user holds now, a decimal with two places.
             * @example 12.34
             */
            balance: string;
            /** @description The lots that expire next, soonest first, at most ten. */
            expiring: components["schemas"]["ExpiringBody"][];
            /**
             * @description Points set aside, which are not in the balance.
             * @example 0.00
             */
            held: string;
            /** @description Newest first. */
            items: components["schemas"]["EntryBody"][];
            /** @description Send it as `cursor` for the part that follows; null after the last one. */
            next_cursor: string | null;
        };
        /** @description An inclusive range of points. */
        PointsRangeDocument: {
            /** @description Most. */
            max: string;
            /** @description Least, as a decimal with at most two places. */
            min: string;
        };
        /** @description A place in a text, both counted from 1. */
        Position: {
            /** @description The column, in bytes. */
            column: number;
            /** @description The line. */
            line: number;
        };
        /** @description What an award is. */
        PrizeDocument: {
            kind: string;
            /** @description Most. */
            max: string;
            /** @description Least, as a decimal with at most two places. */
            min: string;
        } | {
            kind: string;
            /** @description Whose draws. */
            sku: string;
        } | {
            /** @description Name of the endpoint. */
            endpoint: string;
            kind: string;
            /**
             * @description Told to the third party beside who won what.
             * @default {}
             */
            payload: {
                [key: string]: unknown;
            };
        } | {
            kind: string;
            /** @description Name of the pool. */
            pool: string;
        } | {
            /**
             * Format: uint32
             * @description Days from the draw in which the winner can say where to; what nobody claims goes back to stock. 30 if absent.
             */
            claim_within_days?: number | null;
            kind: string;
        } | {
            kind: string;
        };
        /** @description The body of every answer that is not 2xx, as RFC 9457 has it. `code` is what programs look at. */
        Problem: {
            /** @description Points the user holds, a decimal with two places, with `insufficient_points`. */
            balance?: string;
            /** @description The stable code. */
            code: components["schemas"]["Code"];
            /** @description What is wrong this time and how to mend it, for people. */
            detail: string;
            /** @description Every fault that was found, with `invalid_request` and `invalid_document`. */
            faults?: components["schemas"]["ProblemFault"][];
            /**
             * Format: int32
             * @description Draws that limit leaves, with `quota_exhausted`.
             */
            left?: number;
            /** @description The limit that is short, with `quota_exhausted`. */
            limit?: components["schemas"]["QuotaLimit"];
            /** @description Where the body stops being JSON, with `malformed_json`. */
            position?: components["schemas"]["Position"];
            /** @description The scope that is needed, with `forbidden` where a scope would help. */
            scope?: components["schemas"]["Scope"];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What the code means, the same for every problem of this code. */
            title: string;
            /**
             * @description Names the kind of problem: `urn:big-market:problem:` and the code.
             * @example urn:big-market:problem:quota_exhausted
             */
            type: string;
            /**
             * Format: int32
             * @description Seconds to wait, with `too_many_attempts`.
             */
            wait_seconds?: number;
        };
        /** @description One fault of a request or of a campaign document. */
        ProblemFault: {
            /** @description Path of the field in the body; a header or a parameter by its name; empty for the whole body. */
            field: string;
            /** @description What is wrong and how to mend it. */
            message: string;
        } | components["schemas"]["DocumentFault"];
        /** @description One start of a process. Its times are by the clock of the database. */
        ProcessBody: {
            /** @description Whether it lives: it did not end in order, and said so within the last 20 seconds. */
            alive: boolean;
            /** @description The machine it runs on, as that calls itself. */
            host: string;
            /**
             * @description This start of it.
             * @example proc_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /**
             * Format: int32
             * @description Its number there.
             */
            pid: number;
            /** @description What it does: serve HTTP, run jobs, or both. */
            role: components["schemas"]["ProcessRole"];
            /** @description When it last said that it lives. */
            seen_at: components["schemas"]["Time"];
            /** @description When it began. */
            started_at: components["schemas"]["Time"];
            stopped_at: components["schemas"]["Time"] | null;
            /** @description The version of its binary. */
            version: string;
        };
        /**
         * @description What a process does.
         * @enum {string}
         */
        ProcessRole: "embedded" | "server" | "worker";
        /** @description The outcome of a publication. */
        PublishedBody: {
            /** @description The activity. */
            activity_id: string;
            /** @description Whether it is new; otherwise the draft was, word for word, current already. */
            changed: boolean;
            /**
             * Format: int32
             * @description The version that is current now.
             */
            version: number;
        };
        /** @description A user's draws in an activity. */
        QuotaBody: {
            /** @description Where. */
            activity_id: string;
            /** @description Draws of today. */
            day: components["schemas"]["QuotaPart"];
            /** @description Draws of this month. */
            month: components["schemas"]["QuotaPart"];
            /** @description When the next day begins. */
            next_day_at: components["schemas"]["Time"];
            /**
             * Format: date
             * @description The day that today is in the activity's time zone.
             */
            today: string;
            /** @description Draws granted over the activity's whole life. */
            total: components["schemas"]["QuotaPart"];
            /** @description Who. */
            user_id: string;
        };
        /**
         * @description Which of a user's limits has been reached.
         * @enum {string}
         */
        QuotaLimit: "total" | "month" | "day";
        /** @description One limit. */
        QuotaPart: {
            /**
             * Format: int32
             * @description Draws this limit leaves; null is without limit.
             */
            left: number | null;
            /**
             * Format: int32
             * @description Draws that may be used; null is without limit.
             */
            limit: number | null;
            /**
             * Format: int32
             * @description Draws used.
             */
            used: number;
        };
        /** @description Why a draw won what it won. */
        ReasonBody: {
            /**
             * Format: int32
             * @description The tier's number of draws used, where the rule is a tier.
             */
            at?: number;
            /** @description Why the award won is not the one picked; absent when it is. */
            fallback?: components["schemas"]["Fallback"];
            /**
             * Format: int32
             * @description Candidates passed over because their stock was out.
             */
            out_of_stock: number;
            /** @description The award it picked, before unlock, limits, lists and stock were looked at. */
            picked: string;
            /** @description The rule that chose. */
            rule: components["schemas"]["RuleName"];
        };
        /** @description What one behaviour earns, once for each business key. */
        RebateDocument: {
            /** @description Name of the behaviour, such as `sign_in`. */
            behaviour: string;
            /** @description Whether it is earned once in each of the activity's local days, such as a sign-in: the day is its business key. */
            daily?: boolean;
            /** @description Points credited, as a decimal with at most two places. */
            points?: string | null;
            /** @description SKU whose draws are granted. Takes none of the SKU's stock. */
            sku?: string | null;
            /** @description What days in a row earn beside that. Only with daily. */
            streaks?: components["schemas"]["StreakDocument"][];
        };
        /** @description One draw with everything that decided it. */
        Receipt: {
            /** @description Where it was made. */
            activity_id: string;
            /** @description What was won. */
            award_id: string;
            /**
             * Format: date
             * @description The local day whose seed made the roll.
             */
            day: string;
            /** @description That version's whole document. */
            document: components["schemas"]["CampaignDocument"];
            /** @description The draw. */
            draw_id: string;
            /** @description When. */
            drawn_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description Position within the request, from 0.
             */
            index: number;
            /** @description Why. */
            reason: components["schemas"]["ReceiptReason"];
            /** @description The Idempotency-Key it was asked for with. */
            request_id: string;
            /** @description HMAC-SHA256 of the draw, keyed by the day's seed, in hexadecimal. */
            roll: string;
            /** @description How the day's seed is bound to what was published. */
            seed: components["schemas"]["ReceiptSeed"];
            /** @description The user's list and wins of limited awards before it; absent where there is neither. */
            standing?: components["schemas"]["StandingBody"];
            /**
             * Format: int32
             * @description Draws used before it in the activity.
             */
            used_before: number;
            /**
             * Format: int32
             * @description Draws used before it that day.
             */
            used_today_before: number;
            /** @description Who drew. */
            user_id: string;
            /** @description What it is worth. */
            value: components["schemas"]["ReceiptValue"];
            /**
             * Format: int32
             * @description The version that decided.
             */
            version: number;
        };
        /** @description Why a draw won what it won. */
        ReceiptReason: {
            /**
             * Format: int32
             * @description The tier's number of draws used, where the rule is a tier.
             */
            at?: number | null;
            fallback: components["schemas"]["Fallback"] | null;
            /**
             * Format: int32
             * @description Candidates passed over because their stock was out.
             */
            out_of_stock: number;
            /** @description The award it picked, before unlock, limits, lists and stock were looked at. */
            picked: string;
            /** @description The rule that chose: `blacklist`, `tier` or `weights`. */
            rule: string;
        };
        /** @description How the day's seed is bound to what was published. */
        ReceiptSeed: {
            /** @description SHA-256 of the first day's seed, published before the first draw, in hexadecimal. */
            commitment: string;
            /**
             * Format: date
             * @description First day of the chain.
             */
            first_day: string;
            /**
             * @description The day's seed in hexadecimal; null while it is secret. Hashing it once for each day since the first gives the first
             *     day's seed.
             */
            revealed: string | null;
        };
        /** @description What was won. */
        ReceiptValue: {
            /** @description Points, as a decimal with two places, where it is points. */
            amount?: string | null;
            /**
             * Format: int32
             * @description How many, where it is draws.
             */
            draws?: number | null;
            /** @description What it is. */
            kind: components["schemas"]["AwardKind"];
            /** @description The SKU, where it is draws. */
            sku?: string | null;
        };
        /** @description How many of a job's last fires stand where. */
        RecentBody: {
            /**
             * Format: int32
             * @description They ended well.
             */
            done: number;
            /**
             * Format: int32
             * @description They ended badly.
             */
            failed: number;
            /**
             * Format: int32
             * @description They have not ended.
             */
            open: number;
            /**
             * Format: int32
             * @description They were let go.
             */
            skipped: number;
        };
        /** @description One grant of draws. Nothing in it ever changes. */
        RechargeBody: {
            /** @description In which activity. */
            activity_id: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description How many draws.
             */
            draws: number;
            /**
             * @description The order.
             * @example rech_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description The Idempotency-Key it was asked for with. */
            request_id: string;
            /** @description By which SKU. */
            sku: string;
            /** @description Who got the draws. */
            user_id: string;
        };
        /** @description A wish for the draws of a SKU. */
        RechargeWish: {
            /**
             * @description The SKU, as the campaign document names it.
             * @example 9013
             */
            sku: string;
            /**
             * @description Who gets the draws: 1 to 128 bytes of printable text.
             * @example ann
             */
            user_id: string;
        };
        /** @description Where goods are sent. */
        RecipientBody: {
            /** @description Lines of the address. */
            address: string[];
            /** @description Who takes the parcel. */
            name: string;
            /** @description What the sender should know. */
            note?: string;
            /** @description Where to call. */
            phone: string;
        };
        /** @description One exchange as it was made. Nothing in it ever changes. */
        RedemptionBody: {
            /** @description In which activity. */
            activity_id: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: date
             * @description The local day it counts in.
             */
            day: string;
            /**
             * Format: int32
             * @description Draws granted.
             */
            draws: number;
            /**
             * @description The exchange. The debit of the points has it as its key.
             * @example rdm_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /**
             * @description Points taken, a decimal with two places.
             * @example 20.00
             */
            price: string;
            /** @description The Idempotency-Key it was asked for with. */
            request_id: string;
            /** @description For which SKU. */
            sku: string;
            /** @description Whose. */
            user_id: string;
            /**
             * Format: int32
             * @description The version of the campaign document that named the price.
             */
            version: number;
        };
        /**
         * @description Where an exchange stands.
         * @enum {string}
         */
        RedemptionState: "redeemed" | "reversed";
        /** @description One exchange with where it stands. */
        RedemptionStateBody: components["schemas"]["RedemptionBody"] & {
            /** @description When it was taken back. */
            reversed_at?: components["schemas"]["Time"];
            /** @description Where it stands. */
            state: components["schemas"]["RedemptionState"];
        };
        /** @description One exchange, where it stands, and what it caused. */
        RedemptionStoryBody: components["schemas"]["RedemptionStateBody"] & {
            /** @description Lines of the user's account that it caused, oldest first: the debit, and what restored it where it was taken back. */
            points: components["schemas"]["EntryBody"][];
            /** @description The grant of its draws. */
            recharges: components["schemas"]["GrantBody"][];
        };
        /** @description A wish for the draws of a SKU in exchange for its price in points. */
        RedemptionWish: {
            /**
             * @description Where; in the one open activity that sells the SKU, if absent.
             * @example 100301
             */
            activity_id?: string;
            /**
             * @description The SKU, as the campaign document names it.
             * @example 9013
             */
            sku: string;
            /**
             * @description Whose points, and who gets the draws: 1 to 128 bytes of printable text.
             * @example ann
             */
            user_id: string;
        };
        /** @description The six invariants, evaluated over everything there is. */
        ReportBody: {
            /**
             * Format: int64
             * @description Activities whose counters were compared with SQL; those that nobody has drawn in since the start have none loaded.
             */
            counters_compared: number;
            /**
             * Format: int64
             * @description Draws that were decided again from version, facts and roll.
             */
            draws_replayed: number;
            /** @description Whether all of them hold. */
            holds: boolean;
            /** @description One for each invariant. */
            items: components["schemas"]["FindingBody"][];
            /** @description Rows that break one, over all of them, at most `reconcile.rows_max` for each; 0 when they hold. */
            violations_total: number;
        };
        /** @description The last word about an activity. */
        ReportOfActivityBody: {
            /** @description The activity. */
            activity_id: string;
            /** @description Where the promises stand, by award. */
            awards: components["schemas"]["AwardTotalsBody"][];
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Days that were settled.
             */
            days: number;
            /**
             * Format: int64
             * @description Days whose books differ by what holds of them.
             */
            days_different: number;
            /**
             * Format: int64
             * @description Draws that users were granted and that were not taken back.
             */
            draws_granted: number;
            /**
             * Format: int64
             * @description Draws that were granted and not used.
             */
            draws_unused: number;
            /**
             * Format: int64
             * @description Draws that were used.
             */
            draws_used: number;
            /**
             * @description Points that were won and delivered.
             * @example 120.50
             */
            points_issued: string;
            /** @description What is left of everything that was counted. */
            stock: components["schemas"]["StockLeftBody"][];
            /** @description The sums of all days; its `users` are those of each day, added up. */
            sums: components["schemas"]["RollUpBody"];
            /**
             * Format: int64
             * @description Users who drew in the activity.
             */
            users: number;
            /** @description What does not hold, by row. */
            violations: components["schemas"]["DifferenceBody"][];
        };
        /**
         * @description What an operator may do: a set of scopes.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "admin";
        /** @description What happened within one local day, or within several, added up. */
        RollUpBody: {
            /**
             * @description What the awards that were won cost, by `cost` of the documents that decided them.
             * @example 1999.00
             */
            cost: string;
            /**
             * Format: int64
             * @description Draws made.
             */
            draws: number;
            /** @description Draws granted, by what granted them: `request`, `award`, `redemption`, `rebate`. */
            draws_granted: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Draws taken back with the orders that had granted them.
             */
            draws_reversed: number;
            /**
             * @description Points that were won, delivered or not.
             * @example 120.50
             */
            points_awarded: string;
            /**
             * @description Points that behaviours of the day earned.
             * @example 10.00
             */
            points_rebated: string;
            /**
             * @description Points that were exchanged for draws.
             * @example 20.00
             */
            points_redeemed: string;
            /**
             * @description Points of exchanges taken back on this day, made on this day or earlier.
             * @example 0.00
             */
            points_returned: string;
            /**
             * Format: int64
             * @description Users who drew.
             */
            users: number;
            /**
             * Format: int64
             * @description Draws that won something.
             */
            winners: number;
        };
        /**
         * @description A rule.
         * @enum {string}
         */
        RuleName: "blacklist" | "tier" | "weights";
        /** @description A draft that was saved. */
        SavedDraftBody: {
            /** @description The activity. */
            activity_id: string;
            /** @description Names what it says: the `ETag` of the draft without its quotes. */
            draft_hash: string;
            /** @description What stands in the way of publishing it; empty where nothing does. */
            faults: components["schemas"]["DocumentFault"][];
            /** @description When it was saved. */
            updated_at: components["schemas"]["Time"];
        };
        /**
         * @description One permission: of an API key, or of an operator by the role.
         * @enum {string}
         */
        Scope: "activities:read" | "users:read" | "draws:write" | "recharges:write" | "campaigns:write" | "operations:read" | "operations:write" | "keys:write" | "points:write" | "redemptions:write" | "behaviours:write" | "awards:write" | "tokens:write" | "operators:write";
        /** @description One hash chain of day seeds. */
        SeedChainBody: {
            /** @description SHA-256 of the first day's seed, in hexadecimal. */
            commitment: string;
            /**
             * Format: int32
             * @description How many days it covers.
             */
            days: number;
            /**
             * Format: date
             * @description The first day it covers.
             */
            first_day: string;
        };
        /** @description The hash chains of day seeds. */
        SeedsBody: {
            /** @description One, and one more for each later version that prolonged the window. */
            chains: components["schemas"]["SeedChainBody"][];
            /**
             * Format: date
             * @description The first day whose seed is still secret: receipts of earlier days show theirs.
             */
            secret_from: string;
        };
        /** @description A session. */
        SessionBody: {
            /** @description Send it as `X-CSRF-Token` with everything that changes something. */
            csrf_token: string;
            /** @description When the session ends, used or not. */
            expires_at: components["schemas"]["Time"];
            /** @description Who signed in. */
            operator: components["schemas"]["SessionOperatorBody"];
        };
        /** @description Who signed in. */
        SessionOperatorBody: {
            /**
             * @description The operator.
             * @example oper_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description What they are called. */
            name: string;
            /** @description What they may do. */
            role: components["schemas"]["Role"];
        };
        /** @description The closed books of one local day. They never change: what is found later is a correction. */
        SettlementBody: {
            /** @description What was found later, first to last. */
            corrections: components["schemas"]["CorrectionBody"][];
            /**
             * Format: date
             * @description The day, in the activity's time zone.
             */
            day: string;
            /** @description The rows that differed; empty where everything agreed. */
            differences: components["schemas"]["DifferenceBody"][];
            /** @description When it was settled. */
            settled_at: components["schemas"]["Time"];
            /** @description Whether books, draws and replay agreed when it was settled. */
            state: components["schemas"]["SettlementState"];
            /** @description What the day came to when it was settled. */
            sums: components["schemas"]["RollUpBody"];
        };
        /**
         * @description Whether a day's books agree with its draws.
         * @enum {string}
         */
        SettlementState: "balanced" | "different";
        /** @description A parcel under way. */
        ShipmentBody: {
            /** @description The award that was sent. */
            award_record_id: string;
            /** @description Since when. */
            shipped_at: components["schemas"]["Time"];
            /** @description The carrier's number or words. */
            tracking: string;
        };
        /** @description A wish to note that goods were sent. */
        ShipWish: {
            /**
             * @description The carrier's number or words, for the winner: 1 to 200 characters.
             * @example DHL 00340434161094042557
             */
            tracking: string;
        };
        /** @description A wish to sign in. */
        SignInWish: {
            /**
             * @description The operator's name; upper and lower case are the same.
             * @example admin
             */
            name: string;
            /**
             * Format: password
             * @description The operator's password.
             */
            password: string;
        };
        /** @description What users obtain to get draws. */
        SkuBody: {
            /**
             * Format: int32
             * @description Draws it grants.
             */
            draws: number;
            /**
             * @description What it costs in points, a decimal with two places.
             * @example 20.00
             */
            price: string;
            /**
             * @description The SKU.
             * @example 9013
             */
            sku: string;
            /**
             * Format: int64
             * @description How many are left; null is without limit.
             */
            stock_left: number | null;
            /**
             * Format: int64
             * @description How many there are over the activity's whole life; null is without limit.
             */
            stock_total: number | null;
        };
        /** @description What users obtain to get draws. */
        SkuDocument: {
            /**
             * Format: uint32
             * @description Draws it grants.
             */
            draws: number;
            /** @description Id of the SKU, unique in the document. */
            id: string;
            /**
             * @description Price in points, as a decimal with at most two places.
             * @default 0
             */
            price: string;
            /**
             * Format: uint64
             * @description How many may ever be granted. Absent is without limit.
             */
            stock?: number | null;
        };
        /** @description A wish to take points from a user. */
        SpendWish: {
            /**
             * @description How much: a decimal with at most two places, above zero and at most ten billion.
             * @example 12.50
             */
            amount: string;
            /**
             * @description What to show with it: 1 to 200 printable characters.
             * @example order 7001
             */
            note?: string | null;
        };
        /** @description An activity that runs at a stage. */
        StagedActivityBody: {
            /** @description The first instant after the window. */
            closes_at: components["schemas"]["Time"];
            /**
             * @description The activity.
             * @example 100301
             */
            id: string;
            /** @description The first instant of the window. */
            opens_at: components["schemas"]["Time"];
            /** @description When that version was published. */
            published_at: components["schemas"]["Time"];
            /** @description `open`, or `paused` while it accepts no draws for now. */
            state: components["schemas"]["ActivityState"];
            /** @description What users read. */
            title: string;
            /**
             * Format: int32
             * @description The version of the campaign document that is current.
             */
            version: number;
        };
        /** @description Where the activity is shown: a channel and a source within it. */
        StageDocument: {
            /** @description The channel, such as "app". */
            channel: string;
            /** @description The source within it, such as "home". */
            source: string;
        };
        /** @description What else a draw was decided from. */
        StandingBody: {
            /** @description The list the user was on. */
            list?: components["schemas"]["UserList"];
            /** @description Wins, by award, of awards that one user may win only so often. */
            won?: {
                [key: string]: number;
            };
        };
        /** @description A streak that earns more. */
        StepBody: {
            /**
             * Format: int32
             * @description Days in a row.
             */
            at: number;
            /**
             * Format: int32
             * @description Days still missing.
             */
            days: number;
            /** @description What it earns beside what every day does. */
            grants: components["schemas"]["EarnedBody"][];
        };
        /** @description Everything an activity counts. */
        StockBody: {
            /** @description The activity. */
            activity_id: string;
            /**
             * Format: int64
             * @description The number under which the counters are valid; it rises whenever they are filled anew.
             */
            epoch: number;
            /** @description Awards and SKUs with a stock. */
            items: components["schemas"]["StockItemBody"][];
            /** @description Where the activity is in its life. */
            state: components["schemas"]["ActivityState"];
            /**
             * Format: int32
             * @description The version that says how many there are.
             */
            version: number;
        };
        /** @description The counters of one item: `total = left + confirmed + claimed`. */
        StockItemBody: {
            /**
             * Format: int64
             * @description Held for draws and orders under way.
             */
            claimed: number;
            /**
             * Format: int64
             * @description Won or granted.
             */
            confirmed: number;
            /** @description The award or SKU, as the document names it. */
            id: string;
            /** @description `award` or `sku`. */
            kind: string;
            /**
             * Format: int64
             * @description Not yet claimed.
             */
            left: number;
            noted_at: components["schemas"]["Time"] | null;
            /**
             * Format: int64
             * @description The used count that was last written to SQL; null before the first time.
             */
            noted_used: number | null;
            /**
             * Format: int64
             * @description How many there are over the activity's whole life.
             */
            total: number;
        };
        /** @description What is left of a counted item. */
        StockLeftBody: {
            /** @description The item. */
            id: string;
            /** @description `award` or `sku`. */
            kind: string;
            /**
             * Format: int64
             * @description How many are left.
             */
            left: number;
            /**
             * Format: int64
             * @description How many there were over the activity's whole life.
             */
            total: number;
            /**
             * Format: int64
             * @description How many were used.
             */
            used: number;
        };
        /** @description What the day earns that makes so many days in a row, added to what every day earns. */
        StreakDocument: {
            /**
             * Format: uint32
             * @description Days in a row, at least 2.
             */
            at: number;
            /** @description Points credited, as a decimal with at most two places. */
            points?: string | null;
            /** @description Whether every further multiple of it earns the same. */
            repeat?: boolean;
            /** @description SKU whose draws are granted. Takes none of the SKU's stock. */
            sku?: string | null;
        };
        /** @description A sum that a correction changed. */
        SumChangeBody: {
            /** @description What holds since; amounts in hundredths. */
            after: unknown;
            /** @description What held before; amounts in hundredths. */
            before: unknown;
            /**
             * @description Which sum.
             * @example draws_reversed
             */
            field: string;
        };
        /** @description An award set that applies by draws used. */
        TierBody: {
            /** @description Whether it applies to this user's next draw. */
            applies_next: boolean;
            /**
             * Format: int32
             * @description Draws used before a draw at which it applies.
             */
            at: number;
            /** @description What is drawn from. */
            award_ids: string[];
            /**
             * Format: int32
             * @description Draws this user still has to make until it applies; 0 when it applies to the next draw or has passed.
             */
            draws_until: number;
            /** @description `once`: to that one draw. `from`: to every draw from there to the next tier. */
            mode: components["schemas"]["TierModeBody"];
        };
        /** @description Awards that a draw chooses from once the user has used so many draws. */
        TierDocument: {
            /**
             * Format: uint32
             * @description Draws used in the activity before this one.
             */
            at: number;
            /** @description Ids of the awards, at least one with a weight above zero; their weights keep their proportions. */
            awards: string[];
            /** @description "once": only the draw made with exactly that many used; "from": every draw from there to the next tier. */
            mode: components["schemas"]["TierMode"];
        };
        /** @description How long a tier holds. */
        TierMode: string;
        /**
         * @description How long a tier holds.
         * @enum {string}
         */
        TierModeBody: "once" | "from";
        /** @description The tiers and a user's way to them. */
        TiersBody: {
            /** @description Ascending. */
            items: components["schemas"]["TierBody"][];
            /**
             * Format: int32
             * @description Draws the user has used in the activity.
             */
            used: number;
        };
        /**
         * Format: date-time
         * @example 2026-11-22T10:00:00.000Z
         */
        Time: string;
        /** @description One thing that happened to a user. */
        TimelineBody: (components["schemas"]["DrawStoryBody"] & {
            /** @enum {string} */
            kind: "draw";
        }) | (components["schemas"]["RedemptionStoryBody"] & {
            /** @enum {string} */
            kind: "redemption";
        }) | (components["schemas"]["BehaviourStoryBody"] & {
            /** @enum {string} */
            kind: "behaviour";
        }) | (components["schemas"]["GrantBody"] & {
            /** @enum {string} */
            kind: "recharge";
        }) | (components["schemas"]["EntryBody"] & {
            /** @enum {string} */
            kind: "points";
        });
        /**
         * @description What an item of a timeline is.
         * @enum {string}
         */
        TimelineKind: "draw" | "redemption" | "behaviour" | "recharge" | "points";
        /** @description A token. */
        TokenBody: {
            /** @description From when on it is worth nothing. */
            expires_at: components["schemas"]["Time"];
            /** @description What the end user's page sends as `Authorization: Bearer TOKEN`. */
            token: string;
        };
        /** @description A wish for a token. */
        TokenWish: {
            /**
             * @description In which activity.
             * @example 100301
             */
            activity_id: string;
            /**
             * Format: int64
             * @description How long it lives.
             * @default 3600
             */
            seconds: number;
            /**
             * @description Whom it speaks for: 1 to 128 bytes of printable text.
             * @example ann
             */
            user_id: string;
        };
        /** @description What an activity's rows come to. */
        TotalsBody: {
            /** @description The activity. */
            activity_id: string;
            /** @description When they were counted. */
            at: components["schemas"]["Time"];
            /** @description Where the promises stand, by award. */
            awards: components["schemas"]["AwardTotalsBody"][];
            /**
             * Format: int64
             * @description Draws that users were granted and that were not taken back.
             */
            draws_granted: number;
            /**
             * Format: int64
             * @description Draws that were used.
             */
            draws_used: number;
            /**
             * @description Points that were won and delivered.
             * @example 120.50
             */
            points_issued: string;
            /**
             * Format: int64
             * @description Users who drew.
             */
            users: number;
        };
        /** @description One movement of a user's points. Nothing in it ever changes. */
        TransferBody: {
            /**
             * @description What moved: above zero to the user.
             * @example -12.50
             */
            amount: string;
            /**
             * @description The balance after it.
             * @example 87.50
             */
            balance: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /** @description When what is left of the points expires, where they were earned and do. */
            expires_at?: components["schemas"]["Time"];
            /**
             * @description The transfer.
             * @example xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description What its caller says about it. */
            note?: string;
            /** @description Why. */
            reason: components["schemas"]["TransferReason"];
            /** @description The Idempotency-Key it was asked for with. */
            request_id: string;
            /** @description The transfer it takes back, where it is a reversal. */
            reverses?: string;
            /** @description Whose. */
            user_id: string;
        };
        /**
         * @description Why points moved.
         * @enum {string}
         */
        TransferReason: "award" | "rebate" | "earn" | "spend" | "hold" | "capture" | "release" | "redemption" | "reversal" | "expiry";
        /** @description The promise of one award. */
        UserAwardBody: {
            /** @description Where it was won. */
            activity_id: string;
            /** @description What was won. */
            award: components["schemas"]["AwardBody"];
            /** @description Goods: when they can no longer be claimed. */
            claim_by?: components["schemas"]["Time"];
            /** @description Goods: when they were claimed. */
            claimed_at?: components["schemas"]["Time"];
            /** @description When it was promised. */
            created_at: components["schemas"]["Time"];
            /** @description When the winner got it. */
            delivered_at?: components["schemas"]["Time"];
            /** @description When it may be dispatched. */
            dispatch_at: components["schemas"]["Time"];
            /** @description The draw that won it. */
            draw_id: string;
            /**
             * @description The promise. Third parties get it as the key of the delivery.
             * @example award_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /** @description What the winner needs: a coupon's code, the carrier's number of goods, a third party's own reference. */
            reference?: string;
            /** @description Where it stands. */
            state: components["schemas"]["AwardState"];
            /**
             * Format: int32
             * @description The version of the campaign document that describes it.
             */
            version: number;
        };
        /** @description A draw with where its award stands. */
        UserDrawBody: components["schemas"]["DrawBody"] & {
            /** @description Where the promise of its award stands. */
            award_state: components["schemas"]["AwardState"];
        };
        /**
         * @description A list that operators put users on, without publishing.
         * @enum {string}
         */
        UserList: "black" | "grey";
        /** @description How much was won. */
        ValueBody: {
            /**
             * @description A decimal with two places.
             * @example 12.34
             */
            points: string;
        } | {
            /**
             * Format: int32
             * @description How many.
             */
            draws: number;
            /** @description The SKU whose draws these are. */
            sku: string;
        };
        /** @description A published version of a campaign document. */
        VersionBody: {
            /** @description The whole document. */
            document: components["schemas"]["CampaignDocument"];
            /** @description When. */
            published_at: components["schemas"]["Time"];
            /** @description Name of the operator or API key that published it, or `command line`. */
            published_by: string;
            source: components["schemas"]["DocumentSource"] | null;
            /**
             * Format: int32
             * @description Its number, counted from 1.
             */
            version: number;
        };
        /** @description A row for which an invariant does not hold. */
        ViolationBody: {
            /** @description What is wrong with it, with the numbers. */
            detail: string;
            /** @description The row, by its name. */
            subject: string;
        };
        /** @description One win. */
        WinnerBody: {
            /** @description What was won. */
            award: components["schemas"]["AwardBody"];
            /** @description When. */
            drawn_at: components["schemas"]["Time"];
            /**
             * @description The winner, with all but the first and the last letter masked.
             * @example a***n
             */
            user: string;
        };
        /** @description One run of a workflow. */
        WorkflowBody: {
            /**
             * Format: int32
             * @description Tries of that step.
             */
            attempts: number;
            /** @description What its steps found out. */
            data: Record<string, never>;
            /** @description `forward` while steps are done, `back` while they are undone. */
            direction: components["schemas"]["Direction"];
            ended_at: components["schemas"]["Time"] | null;
            /**
             * @description The run.
             * @example flow_01J9ZZZZZZZZZZZZZZZZZZZZZZ
             */
            id: string;
            /**
             * @description Which workflow.
             * @example close_activity
             */
            kind: string;
            /** @description Why the last try did not finish the step, or what it waits for. */
            last_error: string | null;
            /**
             * Format: int32
             * @description The number of this run among those of its kind and subject, from 1.
             */
            run: number;
            run_at: components["schemas"]["Time"] | null;
            /** @description When it was started. */
            started_at: components["schemas"]["Time"];
            /** @description How it stands. */
            state: components["schemas"]["WorkflowState"];
            /**
             * @description The step that is done or undone next; null once it has ended.
             * @example settle
             */
            step: string | null;
            /**
             * @description What it is about.
             * @example 100301
             */
            subject: string;
        };
        /**
         * @description How a run stands.
         * @enum {string}
         */
        WorkflowState: "running" | "done" | "undone" | "stuck";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    activities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The activities. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_ActivityLineBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    close: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is closed, or settled already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    documents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The documents. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentsBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft. */
            200: {
                headers: {
                    /** @description Names what it says; send it as `If-Match` to publish exactly this. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignDocument"];
                    "application/jsonc": string;
                    "application/toml": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    save_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity; the document names it too. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CampaignDocument"];
                "application/jsonc": string;
                "application/toml": string;
            };
        };
        responses: {
            /** @description Saved. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedDraftBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_document`: The campaign document has faults. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discard_draft: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the draft that was seen: no other is discarded. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no draft any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listed: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
                /** @description The list. */
                list: components["schemas"]["UserList"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the list. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_ListedUserBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_on_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
                /** @description The list. */
                list: components["schemas"]["UserList"];
                /** @description The user, percent-encoded. */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListWish"];
            };
        };
        responses: {
            /** @description The user is on the list. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListedUserBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_off_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
                /** @description The list. */
                list: components["schemas"]["UserList"];
                /** @description The user, percent-encoded. */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is on that list no more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaceBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is paused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publish_draft: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the draft that was reviewed: no other is published. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft was current already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishedBody"];
                };
            };
            /** @description A new version is current. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishedBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `conflict`: The state of the thing does not allow it.
             *     `second_person_needed`: Publishing takes a second person.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_document`: The campaign document has faults. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOfActivityBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is open. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settlements: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before: a day. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the days. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_SettlementBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_settlement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The day, in the activity's time zone. */
                day: string;
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stock: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stock. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StockBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    totals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The totals. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotalsBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_VersionBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    api_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_ApiKeyBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyWish"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKeyBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is worth nothing any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changes: {
        parameters: {
            query?: {
                /** @description Only changes by this actor, by its id. */
                actor?: string;
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description Only changes of this subject, as records name it. */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the changes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_ChangeBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pools. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_CouponPoolBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pool. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CouponPoolBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    load: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pool; it begins with its first codes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description What became of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodesLoadedBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fires: {
        parameters: {
            query?: {
                /** @description Only fires that were due before. */
                before?: string;
                /** @description Only fires of this job. */
                job?: string;
                /** @description Items wanted; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the fires. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FiresBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drafts: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the drafts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_DraftLineBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    draw_story: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The draw. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The story. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrawStoryBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    goods: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description `claimed` if absent. */
                state?: components["schemas"]["GoodsState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the goods. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_GoodsBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ship: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The award. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShipWish"];
            };
        };
        responses: {
            /** @description It is under way. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShipmentBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The jobs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_JobBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is paused. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is not paused. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is due: its history tells how it went. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FireBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operators. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_OperatorBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_operator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorWish"];
            };
        };
        responses: {
            /** @description Added. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_operator: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The operator. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorChangeWish"];
            };
        };
        responses: {
            /** @description As the operator is since. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    outbox: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description Only work in this state. */
                state?: components["schemas"]["OutboxState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the work. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_OutboxEntryBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The work. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelWish"];
            };
        };
        responses: {
            /** @description The third party is asked to let go; then the award is recalled. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The award is recalled. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redrive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The work. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is pending again. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    outbox_counts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxCountsBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redrive_dead: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRedriveWish"];
            };
        };
        responses: {
            /** @description They are pending again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRedrivenBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    processes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The processes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_ProcessBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What holds and what does not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportBody"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session, or none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentSessionBody"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInWish"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    /** @description `bm_session`, or `__Host-bm_session` where cookies are secure: `HttpOnly`, `SameSite=Strict`. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_failed`: The request may come from another origin. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_attempts`: Too many wrong passwords. */
            429: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    /** @description Makes the browser forget the cookie. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_failed`: The request may come from another origin. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordWish"];
            };
        };
        responses: {
            /** @description Changed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_failed`: The request may come from another origin. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_attempts`: Too many wrong passwords. */
            429: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description What the id starts with; upper and lower case differ. */
                prefix?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the users. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_KnownUserBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    timeline: {
        parameters: {
            query?: {
                /** @description Only items that began before this instant. */
                before?: components["schemas"]["Time"];
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Only items of this kind. */
                kind?: components["schemas"]["TimelineKind"];
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description Only items that began at this instant or later. */
                since?: components["schemas"]["Time"];
            };
            header?: never;
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the timeline. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_TimelineBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    workflows: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Only runs of this workflow. */
                kind?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description Only runs in this state. */
                state?: components["schemas"]["WorkflowState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the runs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_WorkflowBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is running again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_guest_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuestBody"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `activity_not_open`: The activity is not open.
             *     `activity_ended`: The activity is over.
             *     `sku_sold_out`: The SKU is sold out.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthBody"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain; version=0.0.4": string;
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthBody"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `try_again`: The service cannot do this right now.
             *     `not_ready`: The process cannot serve yet.
             */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The activity. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activity_awards: {
        parameters: {
            query: {
                /** @description The user. */
                user_id: string;
            };
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The awards. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_AwardViewBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    draw: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DrawWish"];
            };
        };
        responses: {
            /** @description Drawn. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrawsBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `activity_not_open`: The activity is not open.
             *     `activity_not_started`: The activity has not started.
             *     `activity_ended`: The activity is over.
             *     `quota_exhausted`: The user has too few draws left.
             *     `user_blocked`: The user may not draw.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activity_quota: {
        parameters: {
            query: {
                /** @description The user. */
                user_id: string;
            };
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recharge: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RechargeWish"];
            };
        };
        responses: {
            /** @description Granted. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RechargeBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `activity_not_open`: The activity is not open.
             *     `activity_ended`: The activity is over.
             *     `sku_sold_out`: The SKU is sold out.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activity_skus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The SKUs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_SkuBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activity_tiers: {
        parameters: {
            query: {
                /** @description The user. */
                user_id: string;
            };
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tiers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TiersBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    winners: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The winners. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_WinnerBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claim: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The award, as `GET /v1/users/{id}/awards` names it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClaimWish"];
            };
        };
        responses: {
            /** @description The claim as it stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `claim_expired`: The award can no longer be claimed.
             *     `conflict`: The state of the thing does not allow it.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_behaviour: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BehaviourWish"];
            };
        };
        responses: {
            /** @description Rewarded: one item for each activity. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier report. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_BehaviourBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `activity_not_open`: The activity is not open.
             *     `activity_not_started`: The activity has not started.
             *     `activity_ended`: The activity is over.
             *     `conflict`: The state of the thing does not allow it.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The draw. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeem: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RedemptionWish"];
            };
        };
        responses: {
            /** @description Exchanged. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedemptionBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `activity_not_open`: The activity is not open.
             *     `activity_not_started`: The activity has not started.
             *     `activity_ended`: The activity is over.
             *     `sku_sold_out`: The SKU is sold out.
             *     `insufficient_points`: The user holds too few points.
             *     `conflict`: The state of the thing does not allow it.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redemption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The exchange. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The exchange. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedemptionStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reverse_redemption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The exchange. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedemptionStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stages: {
        parameters: {
            query: {
                /** @description The channel, such as `app`. */
                channel: string;
                /** @description The source within it, such as `home`. */
                source: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The activities; often one, perhaps none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Items_StagedActivityBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenWish"];
            };
        };
        responses: {
            /** @description Given. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_awards: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the awards. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_UserAwardBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_behaviours: {
        parameters: {
            query: {
                /** @description The activity. */
                activity_id: string;
                /** @description The behaviour. */
                behaviour: string;
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
                /** @description Such as 2026-11; the month it is in the activity, if absent. */
                month?: string;
            };
            header?: never;
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The calendar and a part of the month. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_draws: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the draws. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_UserDrawBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_points: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance and a part of the entries. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    earn_points: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EarnWish"];
            };
        };
        responses: {
            /** @description Given. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hold_points: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldWish"];
            };
        };
        responses: {
            /** @description Set aside. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `insufficient_points`: The user holds too few points. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    points_hold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The hold. */
                hold: string;
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hold. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    capture_hold: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The hold. */
                hold: string;
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Captured. */
            201: {
                headers: {
                    /** @description `true` where it was captured before. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldEndBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release_hold: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The hold. */
                hold: string;
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Released. */
            201: {
                headers: {
                    /** @description `true` where it was released before. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldEndBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The state of the thing does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    spend_points: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpendWish"];
            };
        };
        responses: {
            /** @description Taken. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `malformed_json`: The body is not JSON.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `insufficient_points`: The user holds too few points. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is of a type the route does not take. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reverse_transfer: {
        parameters: {
            query?: never;
            header: {
                /** @description 1 to 128 bytes of printable text, the same for every repeat. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description The user, percent-encoded. */
                id: string;
                /** @description The transfer: earn or spend. */
                transfer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reversed. */
            201: {
                headers: {
                    /** @description `true` where this is the answer of an earlier request. */
                    "Idempotency-Replayed"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferBody"];
                };
            };
            /**
             * @description `invalid_request`: The request is not valid.
             *     `idempotency_key_missing`: The Idempotency-Key header is missing.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `forbidden`: The caller may not do this.
             *     `csrf_failed`: The request may come from another origin.
             */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `insufficient_points`: The user holds too few points.
             *     `conflict`: The state of the thing does not allow it.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_reused`: The Idempotency-Key was used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_redemptions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the part before. */
                cursor?: string;
                /** @description Items wanted at most; 20 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The user, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A part of the exchanges. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Part_RedemptionStateBody"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: A known credential is needed. */
            401: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do this. */
            403: {
                headers: {
                    /** @description The challenge, as RFC 6750 has it. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something broke. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `try_again`: The service cannot do this right now. */
            503: {
                headers: {
                    /** @description Seconds to wait. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
