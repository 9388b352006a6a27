#!/bin/bash
# A chat machine's first boot. What it does at every boot is in the units beside it. Where this fails the machine never says that
# it is ready, and its scaling group takes another.
set -euo pipefail

# shellcheck source=/dev/null
. /etc/genai-ops/settings

# Limits and kernel settings count for what starts after them.
sysctl --quiet --system
systemctl daemon-reload
systemctl restart docker

# The card must answer; persistence keeps the driver loaded, or each first question waits for it.
nvidia-smi --persistence-mode=1

docker network inspect chat >/dev/null 2>&1 || docker network create chat >/dev/null
for image in "$OLLAMA_IMAGE" "$OPEN_WEBUI_IMAGE"; do
    docker pull --quiet "$image"
done

# From Amazon's own repository, which S3's endpoint leads to.
read -ra wanted <<<"$PACKAGES"
dnf install --quiet --assumeyes "${wanted[@]}"
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl \
    -a fetch-config -m ec2 -s -c file:/etc/genai-ops/agent.json

# Without waiting: the units know their own order, and the last of them says that the machine is ready.
systemctl enable --quiet chat-accounts.service chat-ollama.service chat-models.service chat-webui.service \
    chat-save.timer chat-ready.service
systemctl start --no-block chat-save.timer chat-ready.service
