package com.aiprod.pipeline.webhook;

import java.math.BigInteger;
import java.net.IDN;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Decides where webhooks can go. Users choose the URL, and must not reach our network with it. So the URL is checked
 * when it is submitted, and each address of its host is checked right before the connection is made. A host name that
 * resolves to a different address later ("DNS rebinding") gains nothing.
 */
public final class WebhookTargets {

    private static final int HTTPS = 443;
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9]+(\\.[0-9]+){3}");

    /** Resolvers treat a host that ends in a number as an address (URL Standard, section 3.5). */
    private static final Pattern NUMBERS = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

    /** IANA's registry of special-purpose IPv4 addresses, multicast, reserved blocks, and Azure's metadata service. */
    private static final List<Block> CLOSED_IPV4 = blocks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    /** RFC 4291, section 2.5.4: all global unicast addresses that IANA has allocated. */
    private static final List<Block> OPEN_IPV6 = blocks("2000::/3");

    /** IANA's special-purpose blocks among them; 6to4 and Teredo embed IPv4 addresses. */
    private static final List<Block> CLOSED_IPV6 = blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private final boolean allowLocal;
    private final Set<Integer> ports;
    private final Names names;

    /**
     * @param allowLocal allows any address and port, and no TLS; for development
     * @param ports the allowed ports; a URL without a port means 443
     */
    public WebhookTargets(boolean allowLocal, Set<Integer> ports) {
        this(allowLocal, ports, InetAddress::getAllByName);
    }

    WebhookTargets(boolean allowLocal, Set<Integer> ports, Names names) {
        this.allowLocal = allowLocal;
        this.ports = ports;
        this.names = names;
    }

    /** Resolves host names. */
    interface Names {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** The host has addresses, but none is allowed. */
    static final class ClosedAddressException extends UnknownHostException {
        ClosedAddressException(String host) {
            super(host);
        }
    }

    /** What is wrong with a URL as the target of a webhook; empty if nothing. Does not query a name server. */
    public Optional<String> fault(String url) {
        try {
            read(url);
            return Optional.empty();
        } catch (WebhookUrl.Fault fault) {
            return Optional.of(fault.getMessage());
        }
    }

    /** The URL in the form in which it is called; see {@link WebhookUrl}. The URL must be valid. */
    public String spelled(String url) {
        try {
            return read(url).toString();
        } catch (WebhookUrl.Fault fault) {
            throw new IllegalArgumentException(fault);
        }
    }

    private WebhookUrl read(String url) throws WebhookUrl.Fault {
        WebhookUrl read = WebhookUrl.read(url, allowLocal);
        if (!allowLocal && isClosed(read.host())) {
            throw new WebhookUrl.Fault("must not be in a private network");
        }
        if (!allowLocal && !ports.contains(read.port() < 0 ? HTTPS : read.port())) {
            throw new WebhookUrl.Fault("must use " + (ports.size() == 1 ? "port " : "one of the ports ")
                    + ports.stream().sorted().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        return read;
    }

    private static boolean isClosed(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        if (!ADDRESS.matcher(name).matches()) {
            // The resolver treats a number as an address without asking a name server.
            return NUMBERS.matcher(name).matches();
        }
        try {
            // Four numbers or an IPv6 address: no name server is queried.
            return !isPublic(InetAddress.getByName(name));
        } catch (UnknownHostException e) {
            // Newer Java versions reject numbers that other resolvers might read in another base.
            return true;
        }
    }

    /**
     * The allowed addresses of a host. Connect only to these. Queries a name server.
     *
     * @throws UnknownHostException if the host has no allowed address
     */
    InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = names.addresses(inAscii(host));
        if (allowLocal) {
            return addresses;
        }
        InetAddress[] open =
                Arrays.stream(addresses).filter(WebhookTargets::isPublic).toArray(InetAddress[]::new);
        if (open.length == 0) {
            throw new ClosedAddressException(host);
        }
        return open;
    }

    /** The client passes an internationalized name in its Unicode form (httpcore 5.3). */
    private static String inAscii(String host) throws UnknownHostException {
        try {
            return host.chars().allMatch(c -> c < 0x80) ? host : IDN.toASCII(host);
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(host);
        }
    }

    /** Whether an address is on the public internet. */
    static boolean isPublic(InetAddress address) {
        if (address instanceof Inet4Address) {
            return CLOSED_IPV4.stream().noneMatch(block -> block.holds(address));
        }
        // Java converts an IPv4-mapped IPv6 address to IPv4. NAT64's prefix is outside the open block.
        return address instanceof Inet6Address
                && OPEN_IPV6.stream().anyMatch(block -> block.holds(address))
                && CLOSED_IPV6.stream().noneMatch(block -> block.holds(address));
    }

    private static List<Block> blocks(String... blocks) {
        return Arrays.stream(blocks).map(Block::parse).toList();
    }

    private record Block(BigInteger prefix, int hostBits) {

        static Block parse(String text) {
            int slash = text.indexOf('/');
            try {
                byte[] address = InetAddress.getByName(text.substring(0, slash)).getAddress();
                int hostBits = address.length * 8 - Integer.parseInt(text.substring(slash + 1));
                return new Block(new BigInteger(1, address).shiftRight(hostBits), hostBits);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(text, e);
            }
        }

        boolean holds(InetAddress address) {
            return new BigInteger(1, address.getAddress()).shiftRight(hostBits).equals(prefix);
        }
    }
}
