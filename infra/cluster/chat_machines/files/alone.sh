#!/bin/bash
# What chat.sh does on an only machine: accounts and chats are in a file of its own, and come and go by way of S3.
# shellcheck disable=SC2154  # home and accounts are set by chat.sh, which reads this file.
restored=$home/restored

# Accounts, chats and their files, as the machine before saved them. Anything but "there is none" ends in an error, and then
# nothing is ever saved over what is kept.
restore() {
    local count
    if [ -e "$restored" ]; then return 0; fi
    mkdir -p "$accounts"
    # The backticks are a list of AWS's own query language.
    # shellcheck disable=SC2016
    count=$(aws s3api list-objects-v2 --region "$REGION" --bucket "$DATA_BUCKET" --prefix "$ACCOUNTS_KEY" \
        --query 'length(Contents || `[]`)' --output text)
    if [ "$count" != 0 ]; then
        aws s3 cp --region "$REGION" --only-show-errors "s3://$DATA_BUCKET/$ACCOUNTS_KEY" "$home/accounts.tar.gz"
        tar -xzf "$home/accounts.tar.gz" -C "$accounts"
        rm "$home/accounts.tar.gz"
    fi
    touch "$restored"
}

# A database in use is copied by SQLite itself; a plain copy could be torn.
save() {
    local copy
    if [ ! -e "$restored" ] || [ ! -e "$accounts/webui.db" ]; then return 0; fi
    copy=$(mktemp -d "$home/save.XXXXXX")
    # The name as it is now: outside this function there is no such variable.
    # shellcheck disable=SC2064
    trap "rm -rf '$copy'" EXIT
    python3 - "$accounts/webui.db" "$copy/webui.db" <<'PYTHON'
import sqlite3, sys
source, target = (sqlite3.connect(path) for path in sys.argv[1:])
source.backup(target)
target.close()
PYTHON
    tar -czf "$copy/accounts.tar.gz" -C "$copy" webui.db -C "$accounts" \
        --exclude './webui.db*' --exclude ./cache .
    aws s3 cp --region "$REGION" --only-show-errors "$copy/accounts.tar.gz" "s3://$DATA_BUCKET/$ACCOUNTS_KEY"
}

# Nothing but what every machine has, and nobody to take turns with.
own_values() { :; }
webui_options() { :; }
take_turn() { :; }
hold_turn() { :; }
