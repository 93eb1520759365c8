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
 * Where webhooks may go. A user chooses the address, and our network must not be reached by it: so the URL is looked at
 * when it is named, and each address that its host has, at the moment at which it is connected to. A host whose name is
 * resolved otherwise later ("DNS rebinding") gains nothing by it.
 */
public final class WebhookTargets {

    private static final int HTTPS = 443;
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9]+(\\.[0-9]+){3}");

    /** A host that ends in a number is an address in the eyes of resolvers (URL Standard, section 3.5). */
    private static final Pattern NUMBERS = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

    /** IANA's registry of special-purpose IPv4 addresses, multicast, what is reserved, and Azure's metadata service. */
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

    /** RFC 4291, section 2.5.4: all global unicast addresses that IANA has given out. */
    private static final List<Block> OPEN_IPV6 = blocks("2000::/3");

    /** Within these IANA's special-purpose ones, of which 6to4 and Teredo hold IPv4 addresses. */
    private static final List<Block> CLOSED_IPV6 = blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private final boolean allowLocal;
    private final Set<Integer> ports;
    private final Names names;

    /**
     * @param allowLocal for development: any address and port may be called, and without TLS
     * @param ports that may be called; 443 is what a URL without one names
     */
    public WebhookTargets(boolean allowLocal, Set<Integer> ports) {
        this(allowLocal, ports, InetAddress::getAllByName);
    }

    WebhookTargets(boolean allowLocal, Set<Integer> ports, Names names) {
        this.allowLocal = allowLocal;
        this.ports = ports;
        this.names = names;
    }

    /** Who knows the addresses of hosts. */
    interface Names {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** A host that has no address which may be called. */
    static final class ClosedAddressException extends UnknownHostException {
        ClosedAddressException(String host) {
            super(host);
        }
    }

    /** What is wrong with a URL as the target of a webhook, if anything. Asks no name server. */
    public Optional<String> fault(String url) {
        try {
            read(url);
            return Optional.empty();
        } catch (WebhookUrl.Fault fault) {
            return Optional.of(fault.getMessage());
        }
    }

    /** The URL in the letters in which it is called: see {@link WebhookUrl}. It must be one without a fault. */
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
            // A name server is not to be asked, though the resolver takes a number for an address.
            return NUMBERS.matcher(name).matches();
        }
        try {
            // Of four numbers or an IPv6 address, for which no name server is asked.
            return !isPublic(InetAddress.getByName(name));
        } catch (UnknownHostException e) {
            // Newer Java versions take no number that others may read in another base.
            return true;
        }
    }

    /**
     * The addresses of a host that may be called, which alone are to be connected to. Asks a name server.
     *
     * @throws UnknownHostException if it has none
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

    /** The client asks by the letters that an internationalised name is shown in (httpcore 5.3). */
    private static String inAscii(String host) throws UnknownHostException {
        try {
            return host.chars().allMatch(c -> c < 0x80) ? host : IDN.toASCII(host);
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(host);
        }
    }

    /** Whether an address is somewhere on the public Internet. */
    static boolean isPublic(InetAddress address) {
        if (address instanceof Inet4Address) {
            return CLOSED_IPV4.stream().noneMatch(block -> block.holds(address));
        }
        // Java makes an IPv4 address of one that is mapped into IPv6. NAT64's prefix is not within what is open.
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
