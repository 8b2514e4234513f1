using System.Net;

namespace SaasLlm.Application.Shared;

/// <summary>Who asks for what is done in this scope, for the audit log. Where nobody is named and there is no address, the service acts by itself.</summary>
public sealed class Requester
{
    /// <summary>Null: nobody.</summary>
    public Caller? Caller { get; private set; }

    /// <summary>As in <c>X-Request-Id</c>; null outside a request.</summary>
    public string? RequestId { get; private set; }

    /// <summary>Where the request came from; null outside a request.</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>Somebody without a credential asks.</summary>
    public void IsUnknown(string? requestId, IPAddress? address)
    {
        RequestId = requestId;
        Address = address;
    }

    public void Is(Caller caller, string? requestId = null, IPAddress? address = null)
    {
        Caller = caller;
        RequestId = requestId;
        Address = address;
    }
}
