#!/usr/bin/env bash
# Builds, runs and tests everything: ./build.sh --target=Run|Test|Build|Clean|Demo|Verify|Import|OpenApi|Coverage|Publish|PublishCheck|Chaos|Bench|Soak
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No compiler or build server stays behind when the command has ended.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

if ! command -v dotnet > /dev/null; then
    echo "The .NET SDK of global.json is needed first: https://dot.net" >&2
    exit 1
fi

# Cake is called as a program, not through the SDK, which would swallow a SIGINT; and restored only when it is missing, which takes seconds.
version=$(sed -n 's/.*"version": "\([0-9.]*\)".*/\1/p' .config/dotnet-tools.json)
cake="${NUGET_PACKAGES:-$HOME/.nuget/packages}/cake.tool/$version/tools/net10.0/any/Cake.dll"
if [ ! -f "$cake" ]; then
    echo "Restoring the build tool"
    dotnet tool restore
fi

exec dotnet "$cake" "$@"
