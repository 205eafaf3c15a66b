using Google.Protobuf;

namespace FineTune.Pretrained;

/// <summary>An initial value of an ONNX graph. Only float32 data is kept, in little-endian order.</summary>
internal sealed record OnnxTensor(string Name, long[] Shape, int DataType, ByteString Data)
{
    public const int Float32 = 1;
}

/// <summary>An operation of an ONNX graph.</summary>
internal sealed record OnnxNode(string Operation, List<string> Inputs, List<string> Outputs);

/// <summary>The fields of ONNX's protocol that weights need (onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto).</summary>
internal sealed class OnnxGraph
{
    private const int ModelGraph = 7;
    private const int GraphNode = 1;
    private const int GraphInitializer = 5;

    public List<OnnxNode> Nodes { get; } = [];

    public List<OnnxTensor> Initializers { get; } = [];

    /// <exception cref="PretrainedException">It is not a protocol buffer of that kind.</exception>
    public static OnnxGraph Parse(byte[] model)
    {
        var graph = new OnnxGraph();
        try
        {
            Fields(new CodedInputStream(model), (tag, input) => Field(tag) == ModelGraph && Message(input, graph.ReadGraph));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new PretrainedException($"model.onnx cannot be read: {e.Message}");
        }

        return graph;
    }

    private bool ReadGraph(uint tag, CodedInputStream input)
    {
        switch (Field(tag))
        {
            case GraphNode:
                Nodes.Add(ReadNode(input));
                return true;
            case GraphInitializer:
                Initializers.Add(ReadTensor(input));
                return true;
            default:
                return false;
        }
    }

    private static OnnxNode ReadNode(CodedInputStream from)
    {
        var node = new OnnxNode("", [], []);
        Message(from, (tag, input) =>
        {
            switch (Field(tag))
            {
                case 1: node.Inputs.Add(input.ReadString()); return true;
                case 2: node.Outputs.Add(input.ReadString()); return true;
                case 4: node = node with { Operation = input.ReadString() }; return true;
                default: return false;
            }
        });
        return node;
    }

    private static OnnxTensor ReadTensor(CodedInputStream from)
    {
        var (name, type, data, shape) = ("", 0, ByteString.Empty, new List<long>());
        Message(from, (tag, input) =>
        {
            switch (Field(tag))
            {
                case 1: ReadDimensions(tag, input, shape); return true;
                case 2: type = input.ReadInt32(); return true;
                case 8: name = input.ReadString(); return true;
                case 9: data = input.ReadBytes(); return true;
                default: return false;
            }
        });
        return new OnnxTensor(name, [.. shape], type, data);
    }

    // A repeated number comes packed or one by one.
    private static void ReadDimensions(uint tag, CodedInputStream input, List<long> shape)
    {
        if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint)
        {
            shape.Add(input.ReadInt64());
            return;
        }

        var packed = input.ReadBytes().CreateCodedInput();
        while (!packed.IsAtEnd) shape.Add(packed.ReadInt64());
    }

    private static int Field(uint tag) => WireFormat.GetTagFieldNumber(tag);

    private static bool Message(CodedInputStream input, Func<uint, CodedInputStream, bool> read)
    {
        Fields(input.ReadBytes().CreateCodedInput(), read);
        return true;
    }

    private static void Fields(CodedInputStream input, Func<uint, CodedInputStream, bool> read)
    {
        while (input.ReadTag() is var tag and not 0)
            if (!read(tag, input))
                input.SkipLastField();
    }
}
