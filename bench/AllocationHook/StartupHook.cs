using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

/// <summary>
/// Loaded into a measured .NET process by <c>DOTNET_STARTUP_HOOKS</c>: whoever connects to its socket is told how many bytes the
/// process has allocated so far. While nobody asks it does nothing, so that it does not disturb what is measured.
/// </summary>
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime looks for this name in no namespace.")]
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for this name in no namespace.")]
internal static class StartupHook
{
    private const string SocketVariable = "SAASLLM_BENCH_ALLOCATION_SOCKET";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 0 } path)
            return;

        // Processes that this one may start are not measured, and the socket is taken.
        Environment.SetEnvironmentVariable(SocketVariable, null);
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = AnswerAsync(listener);
    }

    private static async Task AnswerAsync(Socket listener)
    {
        var bytes = new byte[sizeof(long)];
        while (true)
        {
            using var asking = await listener.AcceptAsync();
            BinaryPrimitives.WriteInt64LittleEndian(bytes, GC.GetTotalAllocatedBytes(precise: true));
            await asking.SendAsync(bytes);
        }
    }
}
