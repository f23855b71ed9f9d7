#!/bin/sh
# Make a certificate authority of your own, once, and with it the server's certificate for the names and addresses
# given; a second call renews the server's certificate with the same authority.
#   ./certificate.sh NAME-OR-ADDRESS...
# Writes tls/root.crt (goes to the clients as DB_SSLROOTCERT), tls/root.key (stays here; better: offline),
# tls/server.crt and tls/server.key. Environment: TLS_FOLDER, TLS_DAYS (of the server's certificate, 825).
set -eu
[ $# -gt 0 ] || { echo "usage: $0 NAME-OR-ADDRESS..., the first is what clients write into DB_HOST" >&2; exit 2; }
folder=${TLS_FOLDER:-$(dirname "$0")/tls}
days=${TLS_DAYS:-825}
names=
for name in "$@"; do
    case $name in
        *[!0-9A-Za-z.:-]*) echo "$name is neither a host name nor an address" >&2; exit 2 ;;
        *:*) kind=IP ;;
        *[!0-9.]*) kind=DNS ;;
        *) kind=IP ;;
    esac
    names="$names${names:+,}$kind:$name"
done
umask 077
mkdir -p "$folder"
making=$(mktemp -d "$folder/.making-XXXXXX")
trap 'rm -rf "$making"' EXIT
key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null \
    || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
if [ ! -e "$folder/root.key" ]; then
    key "$making/root.key"
    openssl req -x509 -new -sha256 -key "$making/root.key" -days 3650 -subj "/CN=Walmart Sim database authority" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -out "$making/root.crt"
    mv "$making/root.crt" "$folder/root.crt"
    mv "$making/root.key" "$folder/root.key"
fi
key "$making/server.key"
openssl req -new -sha256 -key "$making/server.key" -subj "/CN=$1" -out "$making/request"
printf '%s\n' "subjectAltName=$names" "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
    "extendedKeyUsage=serverAuth" >"$making/extensions"
openssl x509 -req -sha256 -in "$making/request" -CA "$folder/root.crt" -CAkey "$folder/root.key" \
    -set_serial "0x$(openssl rand -hex 16)" -days "$days" -extfile "$making/extensions" -out "$making/server.crt" 2>/dev/null
chmod 644 "$making/server.crt" "$folder/root.crt"
# The image's user postgres has the number 999 and must be able to read the key, others not.
if [ "$(id -u)" = 0 ]; then chown "${TLS_OWNER:-999:999}" "$making/server.key" "$making/server.crt"; fi
mv "$making/server.crt" "$folder/server.crt"
mv "$making/server.key" "$folder/server.key"
chmod 755 "$folder"
[ "$(id -u)" = 0 ] || echo "Now, as root: chown 999:999 $folder/server.key" >&2
echo "$folder/server.crt is for $names, for $days days; copy $folder/root.crt to the clients."
